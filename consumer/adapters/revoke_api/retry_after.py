"""How long the far side asks us to wait."""

import math
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST = 86_400.0
"""No header holds us for more than a day."""


def retry_after(header: str | None, now: float) -> float | None:
    """Seconds to wait, from a number of seconds or an HTTP date; `now` in seconds since 1970. None: it says nothing."""
    if header is None:
        return None
    text = header.strip()
    seconds = _number(text)
    if seconds is None:
        seconds = _until(text, now)
    return None if seconds is None else min(max(seconds, 0.0), LONGEST)


def _number(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def _until(text: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None
