"""Numbers and times as a person reads them."""

from datetime import UTC, datetime

from markupsafe import Markup

from consumer.core.model import Millis

SPACE = "\N{NO-BREAK SPACE}"
"""Between a number and its unit."""
STEPS = ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))
"""Each unit in seconds, and the smaller one that is told with it."""
TENTHS_BELOW = 10


def duration(seconds: float) -> str:
    """`0.4 s`, `42 s`, `7 min 5 s`, `2 h 10 min`, `3 d 4 h`."""
    if seconds < TENTHS_BELOW:
        return f"{number(max(0.0, seconds))}{SPACE}s"
    whole = round(seconds)
    for length, unit, of, smaller in STEPS:
        if whole >= length:
            rest = whole % length // of
            return f"{whole // length}{SPACE}{unit}" + (f"{SPACE}{rest}{SPACE}{smaller}" if rest else "")
    return f"{whole}{SPACE}s"


def number(value: float) -> str:
    """`12,345`; a small number that is not whole has one decimal."""
    if value < TENTHS_BELOW and round(value, 1) != round(value):
        return f"{value:.1f}"
    return f"{round(value):,}"


def counted(count: int, noun: str, several: str | None = None) -> str:
    """`1 record`, `2 records`, `no records`; `several` is the noun's plural where it is not formed with an s."""
    return f"{'no' if count == 0 else number(count)} {noun if count == 1 else several or f'{noun}s'}"


def percent(ratio: float) -> str:
    """A part of 1 as a percentage; what is not nothing is never shown as 0."""
    if 0 < ratio < 1 / 200:
        return f"<1{SPACE}%"
    return f"{round(100 * ratio)}{SPACE}%"


def clock(at: Millis) -> str:
    """The time of day, to the second, in UTC."""
    return _utc(at).strftime("%H:%M:%S")


def moment(at: Millis) -> str:
    """The date and the time, as machines read it."""
    return _utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def breakable(text: str) -> Markup:
    """The text, escaped, that may break into lines at its joints."""
    return Markup("_<wbr>").join(text.split("_"))


def _utc(at: Millis) -> datetime:
    return datetime.fromtimestamp(at / 1000, tz=UTC)
