"""Where a value stands in a JSON object, and what stands there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

EACH = "[]"
"""The step into every item of an array."""
_PATH = re.compile(r"[^\s.\[\]]+(\[\])?(\.[^\s.\[\]]+(\[\])?)*")
_STEP = re.compile(r"[^.\[\]]+|\[\]")


@dataclass(frozen=True, slots=True)
class Path:
    """Names of fields, and EACH after one that holds an array."""

    steps: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.steps).replace(f".{EACH}", EACH)

    @property
    def arrays(self) -> int:
        """How many arrays it goes into."""
        return self.steps.count(EACH)

    @property
    def array(self) -> "Path":
        """Where the first array of the path stands."""
        return Path(self.steps[: self.steps.index(EACH)])

    @property
    def within(self) -> "Path":
        """The path as seen from an item of its first array."""
        return Path(self.steps[self.steps.index(EACH) + 1 :])


Scopes = tuple[Mapping[str, object], ...]
"""The objects in which a path is looked for: the first that has a value there counts."""


def parsed_path(text: str) -> Path | None:
    """The path in `data.items[].id`; None where the text is none."""
    return Path(tuple(_STEP.findall(text))) if _PATH.fullmatch(text) else None


def value_at(scopes: Scopes, path: Path) -> object:
    """The first value at the path; None where there is none."""
    return next(iter(values_at(scopes, path)), None)


def values_at(scopes: Scopes, path: Path) -> list[object]:
    """All values at the path, but those that say that there is nothing: null, an empty text, and the text "null"."""
    for scope in scopes:
        found: Iterable[object] = [scope]
        for step in path.steps:
            found = list(_further(found, step))
        told = [value for value in found if not (value is None or (isinstance(value, str) and value in {"", "null"}))]
        if told:
            return told
    return []


def _further(values: Iterable[object], step: str) -> Iterator[object]:
    for value in values:
        if step == EACH:
            yield from value if isinstance(value, list) else ()
        elif isinstance(value, dict) and step in value:
            yield value[step]
