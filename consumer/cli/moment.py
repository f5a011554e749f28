"""A moment as a person writes it."""

import re
from datetime import UTC, datetime

from consumer.core.model import Millis

AGO = re.compile(r"(\d{1,6})(s|m|h|d)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
NUMBER = re.compile(r"\d{1,15}")
FIRST_MILLIS = 10**11
"""A number below is in seconds."""
SHOWABLE = range(253_402_300_800_000)
"""From 1970 to the end of 9999."""


def moment(text: str, now: Millis) -> Millis:
    """The moment in a date, a date with a time (UTC unless it says otherwise), an age such as `2h`, or a number.

    Raises ValueError with words for the person.
    """
    at = _millis(text, now)
    if at not in SHOWABLE:
        raise ValueError("must be in the years from 1970 to 9999")
    return at


def _millis(text: str, now: Millis) -> Millis:
    ago = AGO.fullmatch(text)
    if ago:
        return Millis(now - int(ago[1]) * SECONDS[ago[2]] * 1000)
    if NUMBER.fullmatch(text):
        number = int(text)
        return Millis(number if number >= FIRST_MILLIS else number * 1000)
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            "must be a date (2026-11-23), a time (2026-11-23T08:30, UTC) or an age (90m, 2h, 3d)"
        ) from error
    at = told if told.tzinfo else told.replace(tzinfo=UTC)
    return Millis(round(at.timestamp() * 1000))


def exact(at: Millis) -> str:
    """The moment as `moment` reads it, to the millisecond."""
    return datetime.fromtimestamp(at / 1000, tz=UTC).isoformat(timespec="milliseconds")


def shown(at: Millis) -> str:
    """The moment, to the second, in UTC."""
    return datetime.fromtimestamp(at / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
