"""Mappings of notifications; a test names only what it is about."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from consumer.core.json_path import Path, parsed_path
from consumer.core.notification import Choice, Constant, NotificationKind, NotificationMapping, Origins, Translation


def path(text: str) -> Path:
    found = parsed_path(text)
    assert found is not None
    return found


def origins(*texts: str) -> Origins:
    return tuple(Constant(text[1:]) if text.startswith("=") else path(text) for text in texts)


def a_translation(fields: Mapping[str, str | tuple[str, ...]], *, choice: Choice | None = None) -> Translation:
    """Of a return, with these fields beside its id."""
    told = {"event_id": "eventId", **fields}
    return Translation(
        kind=NotificationKind.RETURN,
        choice=choice,
        fields={name: origins(*([at] if isinstance(at, str) else at)) for name, at in told.items()},
    )


def a_mapping(translation: Translation | None = None, **changes: Any) -> NotificationMapping:
    """Reads `billReturned` and passes `customerAdded` over."""
    mapping = NotificationMapping(
        event_name=origins("eventName", "eventType"),
        wrapper=path("attributes"),
        translations={"billReturned": translation or a_translation({})},
        passed_over=frozenset({"customerAdded"}),
    )
    return replace(mapping, **changes)
