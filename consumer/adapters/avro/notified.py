"""Notifications in our words → the fields that the flow reads."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from consumer.adapters.avro.json_text import Coercion, coercion
from consumer.adapters.avro.own_schema import EARN_EVENT, RETURN_TRANSACTION, load_schema
from consumer.core.notification import (
    Foreign,
    NotificationKind,
    NotificationMapping,
    Notified,
    Unmapped,
    translate,
)
from consumer.core.reading_feed import NAMED_PURCHASE
from consumer.ports import Undecodable

LinkBy = Literal["promotion", "request"]

_NULLABLE = ["null", "string"]
_IDS = {"type": "array", "items": "string"}
_END = [
    {"name": "event_id", "type": "string"},
    {"name": "org_id", "type": _NULLABLE, "default": None},
    {"name": "customer_id", "type": "long"},
    {"name": "earn_ids", "type": _IDS, "default": []},
]
_PURCHASE = [
    {"name": "event_id", "type": "string"},
    {"name": "org_id", "type": _NULLABLE, "default": None},
    {"name": "customer_id", "type": ["null", "long"], "default": None},
    {"name": "request_id", "type": _NULLABLE, "default": None},
    {"name": "bill_number", "type": "string"},
    {"name": "store_code", "type": _NULLABLE, "default": None},
    {"name": "till_code", "type": _NULLABLE, "default": None},
    {"name": "promotion_ids", "type": _IDS, "default": []},
]


class NotificationReader:
    """Reads the notifications of one topic by its mapping.

    With `link_by` request, a purchase that lists no promotions names all earns of its request; with promotion, none.
    """

    def __init__(self, mapping: NotificationMapping, *, link_by: LinkBy) -> None:
        self._mapping = mapping
        self._link_by = link_by
        kinds = {translation.kind for translation in mapping.translations.values()}
        self._coercions = {kind: coercion(_schema(kind)) for kind in kinds}

    def read(self, told: object) -> Mapping[str, object] | Foreign | None:
        """The fields of a notification; None where the JSON is none. Raises Undecodable."""
        match translate(told, self._mapping):
            case Notified() as notified:
                return self._fields(notified)
            case Unmapped(why=why):
                raise Undecodable(why)
            case nothing_to_read:
                return nothing_to_read

    def _fields(self, notified: Notified) -> Mapping[str, object]:
        coerce: Coercion = self._coercions[notified.kind]
        try:
            fields: dict[str, object] = coerce(dict(notified.values))
        except Undecodable as why:
            raise Undecodable(f"the notification {notified.name}: {why}") from why
        if notified.kind is NotificationKind.PURCHASE and not fields["promotion_ids"] and self._link_by == "request":
            fields["promotion_ids"] = None
        return fields


def _schema(kind: NotificationKind) -> Mapping[str, Any]:
    """What a notification of this kind must have; beyond our schemas only what nobody but a notification tells."""
    match kind:
        case NotificationKind.RETURN:
            schema: Mapping[str, Any] = json.loads(load_schema(RETURN_TRANSACTION).text)
            return schema
        case NotificationKind.EARNED:
            earned = json.loads(load_schema(EARN_EVENT).text)
            fields = [{**each, "default": ""} if each["name"] == "bill_number" else each for each in earned["fields"]]
            return _record([*fields, {"name": "request_id", "type": _NULLABLE, "default": None}])
        case NotificationKind.REDEEMED | NotificationKind.REVOKED:
            return _record([*_END, _always("kind", kind.name)])
        case NotificationKind.PURCHASE:
            return _record([*_PURCHASE, _always("kind", NAMED_PURCHASE)])


def _record(fields: list[Any]) -> Mapping[str, Any]:
    return {"type": "record", "name": "Notification", "fields": fields}


def _always(name: str, value: str) -> Mapping[str, Any]:
    return {"name": name, "type": "string", "default": value}
