"""What a few malicious bytes could do to a reader by some schema, found before any byte is read."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class Unusable(Exception):  # noqa: N818 - a schema is an input, not an error of ours
    """No record can be read by this schema; the text says why."""


class _Skipping(IntEnum):
    """What fastavro does when it skips over a value where the bytes have ended."""

    NOTHING = 0
    """There is nothing to skip: the value takes no bytes."""
    UNNOTICED = 1
    NOTICED = 2


_PRIMITIVES = {
    "null": _Skipping.NOTHING,
    "boolean": _Skipping.UNNOTICED,
    "float": _Skipping.UNNOTICED,
    "double": _Skipping.UNNOTICED,
}


def survey(schema: Any, named: Mapping[str, Any]) -> bool:
    """Whether the end of the bytes must be watched for; `named` are all types that have a name.

    An array can claim any number of items in a few bytes, which matters where skipping an item does not notice the
    end. Raises Unusable for an array of items that take no bytes, and for a record inside itself, which could be any
    depth.
    """
    tour = _Survey(named)
    tour.visit(schema)
    return tour.needs_watch


class _Survey:
    def __init__(self, named: Mapping[str, Any]) -> None:
        self.needs_watch = False
        self._named = named
        self._records: dict[str, _Skipping | None] = {}
        """None while inside the record."""

    def visit(self, schema: Any) -> _Skipping:
        """How a value of this schema is skipped."""
        match schema:
            case str() if schema in self._named:
                return self.visit(self._named[schema])
            case str():
                return _PRIMITIVES.get(schema, _Skipping.NOTICED)
            case list():
                for branch in schema:
                    self.visit(branch)
                return _Skipping.NOTICED
            case {"type": "record" | "error"}:
                return self._visit_record(schema)
            case _:
                return self._visit_other(schema)

    def _visit_other(self, schema: Mapping[str, Any]) -> _Skipping:
        match schema["type"]:
            case "fixed":
                _demand(schema["size"], int)
                return _Skipping.UNNOTICED if schema["size"] > 0 else _Skipping.NOTHING
            case "enum":
                _demand(schema["symbols"], list)
            case "array":
                item = self.visit(schema["items"])
                if item is _Skipping.NOTHING:
                    raise Unusable("its schema has an array of nothing")
                self.needs_watch |= item is _Skipping.UNNOTICED
            case "map":
                self.visit(schema["values"])
            case primitive:
                return _PRIMITIVES.get(primitive, _Skipping.NOTICED)
        return _Skipping.NOTICED

    def _visit_record(self, schema: Mapping[str, Any]) -> _Skipping:
        name = schema["name"]
        if name not in self._records:
            self._records[name] = None
            for field in schema["fields"]:
                _demand(field["name"], str)
            fields = [self.visit(field["type"]) for field in schema["fields"]]
            self._records[name] = max(fields, default=_Skipping.NOTHING)
        skipping = self._records[name]
        if skipping is None:
            raise Unusable("its schema has a record inside itself")
        return skipping


def _demand(value: object, kind: type) -> None:
    """What fastavro takes unseen, and stumbles over only while it reads."""
    if not isinstance(value, kind):
        raise Unusable("its schema is not valid Avro")
