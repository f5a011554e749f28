"""A plot without a plotting library: a horizontal bar for each subject of each arm, on a logarithmic scale."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from benchmarks.figures import spread
from benchmarks.results import Row, number

LEFT, WIDTH, RIGHT = 210, 560, 130
BAR, GAP, HEAD = 16, 4, 34
LEAST, DECADES = 10, 3
"""From 10 to 10,000 returns a second."""
COLOURS = {"sqlite": "#0b6e4f", "postgres": "#3aa17e"}
OTHERS = "#9aa5b1"
STYLE = (
    "text{font:12px sans-serif;fill:#1f2933}.arm{font-weight:bold}@media(prefers-color-scheme:dark){text{fill:#e4e7eb}}"
)


def reach(rate: float) -> float:
    """How long a bar is."""
    if math.isnan(rate) or rate <= LEAST:
        return 0.0
    return min(1.0, math.log10(rate / LEAST) / DECADES) * WIDTH


def bar(row: Row, y: float) -> Iterator[str]:
    """One subject: its median as a bar, its lowest and highest as a line over it."""
    found = spread(row.runs, "rate")
    middle = y + BAR / 2
    yield f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(row.title)}</text>'
    colour = COLOURS.get(row.subject, OTHERS)
    yield f'<rect x="{LEFT}" y="{y}" width="{reach(found.middle):.1f}" height="{BAR}" fill="{colour}"/>'
    low, high = LEFT + reach(found.low), LEFT + reach(found.high)
    yield f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#52606d" stroke-width="2"/>'
    yield f'<text x="{LEFT + reach(found.high) + 6:.1f}" y="{y + 12}">{number(found.middle)}/s</text>'


def bars(rows: Sequence[Row]) -> str:
    """The whole picture, as SVG."""
    parts, y = [], 0.0
    for arm, of_arm in groupby(rows, lambda row: row.arm):
        parts.append(f'<text class="arm" x="{LEFT}" y="{y + 22}">{escape(arm)}</text>')
        y += HEAD
        for row in of_arm:
            parts += bar(row, y)
            y += BAR + GAP
    parts.append(f'<text x="{LEFT}" y="{y + 20}">returns a second, from {LEAST} on a logarithmic scale</text>')
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{y + 32:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"
