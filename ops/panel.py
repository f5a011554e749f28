"""What a panel asks and how it shows the answer, as plain values."""

from dataclasses import dataclass
from typing import Literal

OURS = 'job=~"$job",instance=~"$instance"'
WINDOW = "$__rate_interval"

Kind = Literal["stat", "chart", "heatmap"]


@dataclass(frozen=True, slots=True)
class Query:
    """An expression, and what its series are called."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. `red_from` colours it; `names` gives words to values."""

    title: str
    says: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = "chart"
    width: int = 8
    red_from: float | None = None
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


def of(name: str, *labels: str) -> str:
    """The selected instances' series of a metric, whose name comes without its prefix."""
    return f"returns_{name}{{{','.join((OURS, *labels))}}}"


def rate(name: str, *labels: str) -> str:
    """How fast a counter grows, a second."""
    return f"rate({of(name, *labels)}[{WINDOW}])"


def quantile(share: float, name: str, *by: str) -> str:
    """The value that this share of what was observed stays below, for each value of the labels `by`."""
    return f"histogram_quantile({share}, sum by ({', '.join(('le', *by))}) ({rate(f'{name}_bucket')}))"
