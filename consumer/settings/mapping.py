"""What the operator says of the vendor's notifications → how they are read, or what is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from consumer.core.json_path import Path, parsed_path
from consumer.core.notification import (
    LIST_FIELDS,
    Choice,
    Constant,
    NotificationKind,
    Origin,
    Origins,
    Translation,
)
from consumer.settings.notifications import Notifications
from consumer.settings.notified_fields import ENUMS, FIELDS, INSIDE, KINDS

PARTS = ("kind", "where", "take", "leave", "fields")
ORIGIN = "a path like data.items[].id, a constant like =FULL, or a list of them"

Event = Mapping[str, Any]


def translation(event: Event) -> Translation:
    """How notifications of one name are read, where nothing is wrong with what is said of them."""
    choice = None
    if "where" in event:
        choice = Choice(where=path(event["where"]), take=_capitals(event, "take"), leave=_capitals(event, "leave"))
    fields = {name: origins(told) for name, told in event["fields"].items()}
    return Translation(kind=NotificationKind(event["kind"]), choice=choice, fields=fields)


def problems(told: Notifications) -> Iterator[tuple[tuple[str, ...], str]]:
    """Everything that is wrong with what is said of events: the settings it is about, and what."""
    for topic, kinds in KINDS.items():
        events: Mapping[str, object] = getattr(told, topic)
        name = f"notifications.{topic}"
        for event_name, event in events.items():
            yield from (((name,), f"{event_name}{problem}") for problem in _event_problems(event, kinds))
        for ignored in sorted(events.keys() & set(told.ignore)):
            yield ("notifications.ignore", name), f"has {ignored}, which {name} says how to read; remove one of them"


def origins(told: object) -> Origins:
    """The origins that a text, or a list of texts, names. Raises ValueError where it names none."""
    texts = told if isinstance(told, list) else [told]
    if not texts:
        raise ValueError
    return tuple(_origin(text) for text in texts)


def _origin(text: object) -> Origin:
    if isinstance(text, str) and text.startswith("="):
        if text == "=":
            raise ValueError
        return Constant(text[1:])
    return path(text)


def path(text: object) -> Path:
    """The path in this text. Raises ValueError where there is none."""
    found = parsed_path(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError
    return found


def _capitals(event: Event, name: str) -> frozenset[str]:
    return frozenset(str(each).upper() for each in event.get(name, ()))


def _event_problems(event: object, kinds: tuple[NotificationKind, ...]) -> Iterator[str]:
    if not isinstance(event, Mapping):
        yield f" must be a map with {', '.join(PARTS)}"
        return
    yield from (f".{part} is no part of it; there are {', '.join(PARTS)}" for part in event if part not in PARTS)
    yield from (f".{problem}" for problem in _choice_problems(event))
    kind = next((each for each in kinds if each == event.get("kind")), None)
    fields = event.get("fields")
    if kind is None:
        yield f".kind must be {' or '.join(kinds)}"
    elif not isinstance(fields, Mapping):
        yield ".fields must be a map of our fields to paths"
    else:
        yield from (f".fields.{problem}" for problem in _fields_problems(kind, fields))


def _choice_problems(event: Event) -> Iterator[str]:
    lists = {name: event[name] for name in ("take", "leave") if name in event}
    for name, told in lists.items():
        if not (isinstance(told, list) and told and all(isinstance(each, str) for each in told)):
            yield f"{name} must be a list of values"
            return
    if "where" not in event:
        yield from (f"{name} needs where: the path of the value" for name in lists)
        return
    if not _is_scalar_path(event["where"]):
        yield "where must be a path like data.billType"
    if "take" not in event:
        yield "take is required with where: the values that are meant"
    both = _capitals(event, "take") & _capitals(event, "leave")
    yield from (f"leave has {value}, which take has as well" for value in sorted(both))


def _is_scalar_path(text: object) -> bool:
    found = parsed_path(text) if isinstance(text, str) else None
    return found is not None and not found.arrays


def _fields_problems(kind: NotificationKind, fields: Event) -> Iterator[str]:
    known = FIELDS[kind]
    right: dict[str, Origins] = {}
    for name, told in fields.items():
        if name not in (*known.required, *known.optional):
            yield f"{name} is no field of {kind}; it has {', '.join((*known.required, *known.optional))}"
            continue
        try:
            right[name] = origins(told)
        except ValueError:
            yield f"{name} must be {ORIGIN}"
    yield from (f"{name} is required" for name in known.required if name not in fields)
    if kind is NotificationKind.EARNED and not fields.keys() & {"request_id", "bill_number"}:
        yield "request_id or bill_number is required: nothing else names the purchase of an earn"
    for name, found in right.items():
        yield from (f"{name} {problem}" for problem in _origin_problems(name, found))
    yield from _records_problems(right, fields)


def _origin_problems(name: str, found: Origins) -> Iterator[str]:
    outer, _, inner = name.partition(".")
    for origin in found:
        match origin:
            case Constant(value=value) if name in ENUMS and value not in set(ENUMS[name]):
                yield f"has the constant {value}; it must be one of {', '.join(ENUMS[name])}"
            case Path() if inner and origin.arrays != 1:
                yield f"must go into one array, that of all {outer}; {origin} does not"
            case Path() if not inner and name not in LIST_FIELDS and origin.arrays:
                yield f"has one value, and {origin} goes into an array"
            case _:
                pass


def _records_problems(right: Mapping[str, Origins], fields: Event) -> Iterator[str]:
    for outer in ("lines", "purchase_lines"):
        told = [name for name in right if name.startswith(f"{outer}.")]
        if not told:
            continue
        missing = [name for name in (f"{outer}.{inner}" for inner in INSIDE) if name not in fields]
        yield from (f"{name} is required with {told[0]}" for name in missing)
        found = [each for name in told for each in right[name] if isinstance(each, Path)]
        if not found:
            yield f"{told[0]} must go into an array: constants alone make no line"
        if len({each.array for each in found if each.arrays == 1}) > 1:
            yield f"{told[0]} and the other fields of {outer} must go into the same array"
