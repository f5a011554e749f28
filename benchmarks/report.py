"""Writes the last results into README.md beside this file, as tables and as a plot."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.plot import bars
from benchmarks.results import HEADS, Row, cells, read

HERE = Path(__file__).parent
RESULTS, PLOT, PAGE = HERE / "results.json", HERE / "results.svg", HERE / "README.md"
BEGIN, END = "<!-- results: written by `python -m benchmarks.report` -->", "<!-- end of the results -->"


def by_arm(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for arm, of_arm in groupby(rows, lambda row: row.arm):
        yield arm, list(of_arm)


def as_text(rows: Sequence[Row]) -> str:
    """Tables for a terminal."""
    lines = []
    for arm, of_arm in by_arm(rows):
        table = [HEADS[of_arm[0].kind], *(tuple(cells(row)) for row in of_arm)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines += ["", arm]
        for line in table:
            first, *others = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
            lines.append("  ".join((first.strip().ljust(widths[0]), *others)))
    return "\n".join(lines)


def as_markdown(machine: dict[str, str], rows: Sequence[Row]) -> str:
    """The plot, what it was measured on, and a table for each arm."""
    lines = [f"![returns a second by arm and subject]({PLOT.name})", "", measured_on(machine, rows)]
    for arm, of_arm in by_arm(rows):
        heads = HEADS[of_arm[0].kind]
        lines += ["", f"**{arm}**", "", in_row(heads), in_row("---" for _ in heads)]
        lines += [in_row(cells(row)) for row in of_arm]
    return "\n".join(lines)


def measured_on(machine: dict[str, str], rows: Sequence[Row]) -> str:
    """The sentence above the tables."""
    repeats = " or ".join(str(each) for each in sorted({len(row.runs) for row in rows}))
    return (
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, "
        f"confluent-kafka {machine['confluent_kafka']}. Of {repeats} repeats the median, "
        "with the lowest and the highest; of the memory and of what went wrong the highest."
    )


def in_row(parts: Iterable[str]) -> str:
    return "| " + " | ".join(parts) + " |"


def filled(page: str, text: str) -> str:
    """The page with this between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE} has not both marks")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def main() -> None:
    machine, rows = read(RESULTS)
    PLOT.write_text(bars([row for row in rows if row.kind == "rate"]))
    PAGE.write_text(filled(PAGE.read_text(), as_markdown(machine, rows)))


if __name__ == "__main__":
    main()
