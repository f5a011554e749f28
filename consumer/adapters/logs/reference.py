"""docs/logs.md, made from the list of events."""

import sys
from collections.abc import Iterator

from consumer.adapters.logs.events import EVENTS


def reference() -> Iterator[str]:
    """The lines of docs/logs.md."""
    yield "# Log events"
    yield ""
    yield "Each line on stdout is a JSON object with `timestamp` (ISO 8601, UTC), `level`, `event` and fields."
    yield "The names below are all there are. No line has a payload, a token or a customer's id."
    yield ""
    yield "| event | level | tells |"
    yield "|---|---|---|"
    for name, event in EVENTS.items():
        yield f"| `{name}` | {event.level} | {event.meaning} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join([*reference(), ""]))
