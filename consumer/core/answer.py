"""What stands in the body of a vendor's answer, whatever its shape: codes, whom they name, what was revoked."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LARGEST_CODE = 2**31 - 1
"""What an outcome's `code` can hold."""
LEAST_ERROR = 400
OK = 200
LONGEST_INTEGER = 19
"""Digits of a 64-bit integer; a longer one is no id and no code, and Python may refuse to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One entry of `errors`. `code` is None where none at or above 400 can be read."""

    code: int | None
    message: str | None
    promotion_id: str | None
    earn_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body as far as it can be read; of unreadable bytes, nothing.

    `complaints` has each once: said a million times, it takes no more room. `revoked` are (promotion, earn) pairs of
    shape A, the promotion None where the entry names none. `says_done` is shape B without an error. `summary` is the
    code the body has beside its `errors`, `message` its words. `rows` are the customer's promotions in a listing, None
    where it is none.
    """

    complaints: tuple[Complaint, ...] = ()
    has_errors: bool = False
    summary: int | None = None
    message: str | None = None
    revoked: frozenset[tuple[str | None, str]] = frozenset()
    says_done: bool = False
    rows: tuple[object, ...] | None = None


def read_body(body: bytes) -> Body:
    """Read any bytes; never raises."""
    whole = _parsed(body)
    if not isinstance(whole, dict):
        return Body()
    data = whole.get("data")
    fields = data if isinstance(data, dict) else {}
    errors = whole.get("errors")
    summary = next((code for code in map(code_in, _summaries(whole, fields)) if code is not None), None)
    return Body(
        complaints=tuple(dict.fromkeys(_complaints(errors))),
        has_errors=bool(errors),
        summary=summary,
        message=_words(whole.get("message")) or _words(fields.get("message")),
        revoked=frozenset(_revoked(fields.get("revokedDetails"))),
        says_done=not errors and not whole.get("errorCode") and summary is None and _is_done(fields),
        rows=tuple(data) if isinstance(data, list) else None,
    )


def code_in(value: object) -> int | None:
    """The error code that a field holds: an integer from 400, or a whole float or digits that stand for one."""
    number = _whole_number(value)
    return number if number is not None and LEAST_ERROR <= number <= LARGEST_CODE else None


def id_in(value: object) -> str | None:
    """The id that a field holds; ids of digits may come as numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig", "replace"), parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_INTEGER else None


def _whole_number(value: object) -> int | None:
    match value:
        case int():
            return value
        case float():
            return int(value) if value.is_integer() else None
        case str():
            text = value.strip()
            return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_INTEGER else None
        case _:
            return None


def _summaries(whole: Mapping[str, object], fields: Mapping[str, object]) -> tuple[object, ...]:
    return fields.get("code"), whole.get("errorCode"), whole.get("code")


def _is_done(fields: Mapping[str, object]) -> bool:
    code = fields.get("code")
    if fields.get("revokedDetails") is not None:
        return False
    return isinstance(fields.get("message"), str) if code is None else _whole_number(code) == OK


def _complaints(errors: object) -> Iterator[Complaint]:
    for error in errors if isinstance(errors, list) else [errors]:
        if isinstance(error, dict):
            yield Complaint(
                code=code_in(error.get("code")),
                message=_words(error.get("message")),
                promotion_id=id_in(error.get("promotionId")),
                earn_ids=frozenset(_ids(error.get("earnIds"))),
            )


def _revoked(details: object) -> Iterator[tuple[str | None, str]]:
    for entry in details if isinstance(details, list) else [details]:
        if isinstance(entry, dict) and entry.get("status") == "SUCCESS":
            promotion = id_in(entry.get("promotionId"))
            yield from ((promotion, earn) for earn in _ids(entry.get("revokedEarnIds")))


def _ids(values: object) -> Iterator[str]:
    for value in values if isinstance(values, list) else [values]:
        identity = id_in(value)
        if identity is not None:
            yield identity


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
