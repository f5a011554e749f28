"""A series → the lines of a small plot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consumer.adapters.web.page import Series

HOUR = 3600.0
WIDTH, HEIGHT = 720, 96
TOP, BOTTOM = 4, HEIGHT - 1
"""Room for the thickness of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is drawn in a box of WIDTH by HEIGHT, the right end being now. Empty paths where nothing is known yet."""

    title: str
    unit: str
    line: str
    area: str
    limit: float | None
    """How far down the limit is."""
    now: float | None
    highest: float | None


def drawn(series: Series) -> Plot:
    """The plot of a series; it begins at 0 and has room for the highest value and the limit."""
    points = [(ago, value) for ago, value in series.points if ago <= HOUR]
    top = max([value for _, value in points] + [series.limit or 0.0]) or 1.0

    def down(value: float) -> int:
        return round(BOTTOM - (BOTTOM - TOP) * value / top)

    corners = _corners([(round(WIDTH * (1 - ago / HOUR)), down(value)) for ago, value in points])
    line = _path(corners)
    return Plot(
        title=series.title,
        unit=series.unit,
        line=line,
        area=f"{line}V{BOTTOM}H{corners[0][0]}Z" if corners else "",
        limit=down(series.limit) if series.limit else None,
        now=points[-1][1] if points else None,
        highest=max(value for _, value in points) if points else None,
    )


def _corners(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places without those in the middle of a level stretch."""
    kept = [
        here
        for before, here, after in zip(places, places[1:], places[2:], strict=False)
        if not before[1] == here[1] == after[1]
    ]
    return [*places[:1], *kept, *places[-1:]] if len(places) > 1 else list(places)


def _path(places: Iterable[tuple[int, int]]) -> str:
    return "".join(f"{'L' if number else 'M'}{x},{y}" for number, (x, y) in enumerate(places))
