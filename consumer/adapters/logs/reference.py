"""docs/logs.md, made from the list of events."""

import sys
from collections.abc import Iterator

from consumer.adapters.logs.events import EVENTS
from consumer.adapters.logs.sampling import ALIKE_BY, EVERY, REPEATED
from consumer.ports import EventName


def reference() -> Iterator[str]:
    """The lines of docs/logs.md."""
    yield "# Log events"
    yield ""
    yield "Each line on stdout is a JSON object with `timestamp` (ISO 8601, UTC), `level`, `event` and fields."
    yield "The names below are all there are. No line has a payload, a token or a customer's id."
    yield ""
    yield f"What can come in floods while something is away is told at most once in {EVERY:g} seconds for all lines"
    yield f"that are alike in the fields named beside it: `{REPEATED}` on the next such line counts those left out"
    yield "since the one before. No other line is ever left out, but those of `kafka_error`."
    yield ""
    yield "| event | level | tells |"
    yield "|---|---|---|"
    for name, event in EVENTS.items():
        yield f"| `{name}` | {event.level} | {event.meaning}{_alike(name)} |"


def _alike(name: EventName) -> str:
    if name not in ALIKE_BY:
        return ""
    same = ", ".join(f"`{field}`" for field in ALIKE_BY[name])
    return f" Once for many: {f'alike by {same}' if same else 'all are alike'}."


if __name__ == "__main__":
    sys.stdout.write("\n".join([*reference(), ""]))
