"""All runs of a benchmark, kept as JSON and put into rows."""

import json
import math
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from benchmarks.arms import Arm
from benchmarks.figures import Figures, spread
from benchmarks.subjects import Subject

Kind = Literal["rate", "latency", "restart"]
"""What counts in an arm; the last is what is done again after one."""
OUTCOMES = ("lost", "repeated", "overlapping", "twice", "disordered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All runs of one subject under one arm, and what the arm is about."""

    arm: str
    subject: str
    title: str
    kind: Kind
    runs: tuple[Figures, ...]


def kind_of(arm: Arm) -> Kind:
    if arm.ending:
        return "restart"
    return "latency" if arm.paced else "rate"


class Results:
    """Rows in the order in which they first came; kept after every run."""

    def __init__(self, file: Path, rows: Iterable[Row] = ()) -> None:
        self._file = file
        self._rows = {(row.arm, row.subject): row for row in rows}

    def add(self, arm: Arm, subject: Subject, run: Figures) -> None:
        key = arm.name, subject.name
        before = self._rows[key].runs if key in self._rows else ()
        self._rows[key] = Row(
            arm=arm.name, subject=subject.name, title=subject.title, kind=kind_of(arm), runs=(*before, run)
        )
        self._file.parent.mkdir(exist_ok=True)
        self._file.write_text(
            json.dumps({"machine": machine(), "rows": [asdict(row) for row in self.rows()]}, indent=1)
        )

    def rows(self) -> list[Row]:
        return sorted(self._rows.values(), key=lambda row: [each.arm for each in self._rows.values()].index(row.arm))

    def runs(self, arm: str, subject: str) -> tuple[Figures, ...]:
        """Those until now."""
        row = self._rows.get((arm, subject))
        return row.runs if row else ()


def machine() -> dict[str, str]:
    """What it was measured on."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": models[0].partition(": ")[2] if models else platform.machine(),
        "cores": str(len(models)),
        "python": platform.python_version(),
        "confluent_kafka": version("confluent-kafka"),
    }


def read(file: Path) -> tuple[dict[str, str], list[Row]]:
    """The machine, and the rows."""
    kept = json.loads(file.read_text())
    rows = [Row(**(row | {"runs": tuple(Figures(**run) for run in row["runs"])})) for row in kept["rows"]]
    return kept["machine"], rows


def number(value: float) -> str:
    """Three digits that count, or more where they stand before the point."""
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"


def with_spread(runs: Sequence[Figures], name: str) -> str:
    """The median, and between which values all are."""
    found = spread(runs, name)
    return f"{number(found.middle)} ({number(found.low)}-{number(found.high)})"


def cells(row: Row) -> Iterator[str]:
    """A row of the arm's table, by its head."""
    yield row.title
    yield number(spread(row.runs, "returns").middle)
    match row.kind:
        case "latency":
            yield number(spread(row.runs, "pace").middle)
            yield from (with_spread(row.runs, name) for name in ("p50", "p99"))
        case "rate":
            yield from (with_spread(row.runs, name) for name in ("rate", "steady", "p50", "p99"))
        case "restart":
            pass
    if row.kind != "restart":
        yield with_spread(row.runs, "cpu")
        yield number(spread(row.runs, "calls").middle)
        yield number(spread(row.runs, "memory").high)
    yield from (number(spread(row.runs, name).high) for name in OUTCOMES)


COSTS = ("µs of CPU each", "calls", "MB")
FAULTY = ("lost", "called again", "calls overlapping", "outcomes twice", "out of order")
HEADS = {
    "rate": ("subject", "returns", "returns/s", "steady/s", "p50 ms", "p99 ms", *COSTS, *FAULTY),
    "latency": ("subject", "returns", "pace/s", "p50 ms", "p99 ms", *COSTS, *FAULTY),
    "restart": ("subject", "returns", *FAULTY),
}
