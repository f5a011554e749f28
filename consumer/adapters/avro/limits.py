"""How large a record may be that is read at all."""

from dataclasses import dataclass

from consumer.ports import Undecodable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """`json_depth` counts the objects and arrays inside one another, the outermost included."""

    record_bytes: int
    json_depth: int


def demand_size(value: bytes, limits: ReadLimits) -> None:
    """Raises Undecodable for what is too large: what a few bytes of it become may take a hundred in memory."""
    if len(value) > limits.record_bytes:
        raise Undecodable(f"{len(value)} bytes, more than limits.record_bytes ({limits.record_bytes}) allows")


def demand_depth(told: object, brackets: int, limits: ReadLimits) -> None:
    """Raises Undecodable for JSON that is too deep; `brackets` are those that open in its text."""
    if brackets <= limits.json_depth:
        return
    level: list[object] = [told]
    for _ in range(limits.json_depth):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    if any(isinstance(each, dict | list) for each in level):
        raise too_deep(limits)


def too_deep(limits: ReadLimits) -> Undecodable:
    """What is said of such JSON."""
    return Undecodable(f"JSON deeper than limits.json_depth ({limits.json_depth}) allows")


def _inside(value: object) -> list[object]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []
