"""A vendor's notification → the values of our fields, by the operator's mapping and nothing else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from consumer.core.json_path import Path, Scopes, value_at, values_at

LIST_FIELDS = frozenset({"line_ids", "earn_ids", "promotion_ids"})
"""Fields that hold a list of ids."""
_ORGANISATION = re.compile(r"[0-9]+_")
"""What some envelopes put before an event's name."""
_TELLABLE = re.compile(r"[\w.-]{1,64}", re.ASCII)


class NotificationKind(StrEnum):
    """What a notification tells us."""

    RETURN = "return"
    EARNED = "earned"
    REDEEMED = "redeemed"
    REVOKED = "revoked"
    PURCHASE = "purchase"
    """A purchase, which may name earns that wait for it."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that every notification of its name has."""

    value: str


Origin = Path | Constant
Origins = tuple[Origin, ...]
"""The first that has a value counts; for a field that holds a list of ids, all of them together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which notifications of one name are meant, by the value at a path, in capital letters."""

    where: Path
    take: frozenset[str]
    leave: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """How notifications of one name become our fields; a field of the records in a list is named `lines.line_id`."""

    kind: NotificationKind
    choice: Choice | None
    fields: Mapping[str, Origins]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationMapping:
    """What one topic makes of notifications. At `wrapper` stands the notification where its envelope is wrapped."""

    event_name: Origins
    wrapper: Path
    translations: Mapping[str, Translation]
    passed_over: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """A notification in our words: values as the JSON had them, by the names of our fields."""

    name: str
    kind: NotificationKind
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A record that is, by the operator's mapping, none of its topic's business."""

    reason: str
    event_id: str | None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A notification that the mapping says nothing of; `why` names nothing of a person."""

    why: str


def translate(told: object, mapping: NotificationMapping) -> Notified | Foreign | Unmapped | None:
    """What the JSON tells by this mapping; None where it names no event, and so is no notification."""
    if not isinstance(told, dict):
        return None
    scopes = _scopes(told, mapping.wrapper)
    named = _first(scopes, mapping.event_name)
    if not isinstance(named, str):
        return None
    name = named[match.end() :] if (match := _ORGANISATION.match(named)) else named
    translation = mapping.translations.get(name)
    if translation is not None:
        return _passed(scopes, translation, name) or _notified(scopes, translation, name)
    if name in mapping.passed_over:
        return Foreign(reason=f"the notification {name} is passed over", event_id=None)
    return Unmapped(f"the mapping says nothing of the notification{f' {name}' if _TELLABLE.fullmatch(name) else ''}")


def _scopes(told: Mapping[str, object], wrapper: Path) -> Scopes:
    wrapped = value_at((told,), wrapper)
    return (wrapped, told) if isinstance(wrapped, dict) else (told,)


def _passed(scopes: Scopes, translation: Translation, name: str) -> Foreign | Unmapped | None:
    """Why a notification of this name is not taken; None where it is."""
    choice = translation.choice
    if choice is None:
        return None
    value = value_at(scopes, choice.where)
    told = value.upper() if isinstance(value, str) else ""
    if told in choice.take:
        return None
    if told in choice.leave:
        event_id = _first(scopes, translation.fields["event_id"])
        return Foreign(
            reason=f"the notification {name} with the {choice.where} {told} is passed over",
            # Printable: half of a surrogate pair could not be written to any topic.
            event_id=event_id if isinstance(event_id, str) and event_id.isprintable() else None,
        )
    return Unmapped(f"the notification {name} has a {choice.where} that the mapping neither takes nor leaves")


def _notified(scopes: Scopes, translation: Translation, name: str) -> Notified:
    values: dict[str, object] = {}
    records: dict[str, dict[str, Origins]] = {}
    for field, origins in translation.fields.items():
        outer, _, inner = field.partition(".")
        if inner:
            records.setdefault(outer, {})[inner] = origins
        elif field in LIST_FIELDS:
            values[field] = list(_all(scopes, origins))
        else:
            values[field] = _first(scopes, origins)
    values |= {field: _records(scopes, inner) for field, inner in records.items()}
    told = {field: value for field, value in values.items() if value is not None}
    return Notified(name=name, kind=translation.kind, values=told)


def _first(scopes: Scopes, origins: Origins) -> object:
    for origin in origins:
        found = origin.value if isinstance(origin, Constant) else value_at(scopes, origin)
        if found is not None:
            return found
    return None


def _all(scopes: Scopes, origins: Origins) -> Iterator[object]:
    """Each id once, in the order of the paths; what can be no id is left to the schema to refuse."""
    seen: set[object] = set()
    for origin in origins:
        for value in [origin.value] if isinstance(origin, Constant) else values_at(scopes, origin):
            if not isinstance(value, str | int) or value not in seen:
                yield value
            if isinstance(value, str | int):
                seen.add(value)


def _records(scopes: Scopes, fields: Mapping[str, Origins]) -> list[Mapping[str, object]] | None:
    """What each item of an array holds; all paths lead into the same one."""
    path = next(origin for origins in fields.values() for origin in origins if isinstance(origin, Path))
    items = value_at(scopes, path.array)
    return [_record(item, fields) for item in items] if isinstance(items, list) else None


def _record(item: object, fields: Mapping[str, Origins]) -> Mapping[str, object]:
    scopes: Scopes = (item,) if isinstance(item, dict) else ()
    inside = {
        name: _first(scopes, tuple(each.within if isinstance(each, Path) else each for each in origins))
        for name, origins in fields.items()
    }
    return {name: value for name, value in inside.items() if value is not None}
