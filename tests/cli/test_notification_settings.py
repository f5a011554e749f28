"""What is said when the mapping of notifications is wrong."""

import json
from typing import Any

import pytest

from consumer.settings import load
from consumer.settings.notified_fields import DOCUMENTED
from tests.cli.given_settings import RIGHT, problems

EARNED: dict[str, Any] = {
    "event_id": "id",
    "customer_id": "customer",
    "earn_id": "earn",
    "promotion_id": "promotion",
    "earned_from_type": "=ACTIVITY",
    "earned_at": "at",
    "request_id": "request",
}
RETURNED: dict[str, Any] = {
    "event_id": "id",
    "type": "=RETURN",
    "return_type": "=FULL",
    "bill_number": "bill",
    "returned_at": "at",
}


def an_event(kind: str = "return", **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "fields": RETURNED if kind == "return" else EARNED} | changes


def with_fields(kind: str = "return", **changes: Any) -> dict[str, Any]:
    """An event with these fields changed; None takes one away."""
    fields = (RETURNED if kind == "return" else EARNED) | changes
    return an_event(kind, fields={name: told for name, told in fields.items() if told is not None})


def given(name: str, value: Any) -> dict[str, str]:
    return RIGHT | {f"CONSUMER_NOTIFICATIONS__{name.upper()}": json.dumps(value)}


PLAIN = {"link_by", "wrapper"}
"""Settings that are text, not JSON."""
WRONG_ONE_BY_ONE = [
    ({"returns": {"x": "return"}}, "returns: x must be a map with kind, where, take, leave, fields"),
    ({"returns": {"x": an_event(fild=1)}}, "returns: x.fild is no part of it; there are kind, where"),
    ({"returns": {"x": an_event("earned")}}, "returns: x.kind must be return"),
    ({"earns": {"x": an_event()}}, "earns: x.kind must be earned or redeemed or revoked or purchase"),
    ({"returns": {"x": {"fields": {}}}}, "returns: x.kind must be return"),
    ({"returns": {"x": an_event(fields=["bill"])}}, "returns: x.fields must be a map of our fields to paths"),
    ({"returns": {"x": {"kind": "return"}}}, "returns: x.fields must be a map of our fields to paths"),
    ({"returns": {"x": with_fields(bill="a")}}, "returns: x.fields.bill is no field of return; it has event_id"),
    ({"returns": {"x": with_fields(bill_number=None)}}, "returns: x.fields.bill_number is required"),
    ({"returns": {"x": with_fields(bill_number="a..b")}}, "returns: x.fields.bill_number must be a path like"),
    ({"returns": {"x": with_fields(bill_number=7)}}, "returns: x.fields.bill_number must be a path like"),
    ({"returns": {"x": with_fields(bill_number=[])}}, "returns: x.fields.bill_number must be a path like"),
    ({"returns": {"x": with_fields(bill_number="=")}}, "returns: x.fields.bill_number must be a path like"),
    ({"returns": {"x": with_fields(bill_number="a[].b")}}, "bill_number has one value, and a[].b goes into an array"),
    ({"returns": {"x": with_fields(return_type="=HALF")}}, "return_type has the constant HALF; it must be one of FULL"),
    ({"returns": {"x": with_fields(**{"lines.line_id": "a[].b"})}}, "lines.quantity is required with lines.line_id"),
    (
        {"returns": {"x": with_fields(**{"lines.line_id": "a.b", "lines.quantity": "=1"})}},
        "lines.line_id must go into one array, that of all lines; a.b does not",
    ),
    (
        {"returns": {"x": with_fields(**{"lines.line_id": "=1", "lines.quantity": "=1"})}},
        "lines.line_id must go into an array: constants alone make no line",
    ),
    (
        {"returns": {"x": with_fields(**{"lines.line_id": "a[].b", "lines.quantity": "c[].d"})}},
        "lines.line_id and the other fields of lines must go into the same array",
    ),
    ({"earns": {"x": with_fields("earned", request_id=None)}}, "request_id or bill_number is required"),
    ({"returns": {"x": an_event(take=["A"])}}, "returns: x.take needs where: the path of the value"),
    ({"returns": {"x": an_event(where="a[]", take=["A"])}}, "returns: x.where must be a path like data.billType"),
    ({"returns": {"x": an_event(where="a")}}, "returns: x.take is required with where"),
    ({"returns": {"x": an_event(where="a", take=[])}}, "returns: x.take must be a list of values"),
    ({"returns": {"x": an_event(where="a", take=["A"], leave="B")}}, "returns: x.leave must be a list of values"),
    (
        {"returns": {"x": an_event(where="a", take=["a"], leave=["A"])}},
        "returns: x.leave has A, which take has as well",
    ),
    ({"returns": "x"}, "returns: must be a valid dictionary"),
    ({"ignore": ["x"], "returns": {"x": an_event()}}, "ignore: has x, which notifications.returns says how to read"),
    ({"ignore": "x"}, "ignore: must be a valid tuple"),
    ({"link_by": "time"}, "link_by: must be 'promotion' or 'request'"),
    ({"event_name": []}, "event_name: "),
    ({"event_name": ["a[].b"]}, "event_name: must be a path like a.b, not 'a[].b'"),
    ({"wrapper": "a..b"}, "wrapper: must be a path like a.b"),
    ({"returned": {}}, "returned: is no setting; did you mean notifications.returns?"),
]


@pytest.mark.parametrize(("told", "words"), WRONG_ONE_BY_ONE)
def test_what_is_wrong_is_one_line_with_its_place(told: dict[str, Any], words: str) -> None:
    environ = dict(RIGHT)
    for name, value in told.items():
        environ[f"CONSUMER_NOTIFICATIONS__{name.upper()}"] = value if name in PLAIN else json.dumps(value)

    (line,) = problems(environ)

    assert line.startswith("notifications.")
    assert words in line


def test_everything_that_is_wrong_is_told_at_once() -> None:
    broken = with_fields(bill_number="a..b", event_id=None, type="=GIFT", **{"lines.line_id": "a[].b"})
    events = {"x": broken | {"take": ["A"], "odd": 1}, "y": an_event("gift")}

    lines = problems(given("returns", events) | {"CONSUMER_NOTIFICATIONS__LINK_BY": "time"})

    assert [line.partition(": ")[0] for line in lines].count("notifications.returns") == 7
    assert len(lines) == 8


@pytest.mark.parametrize("topic", ["returns", "earns"])
def test_what_is_documented_is_right_and_may_be_given_again(topic: str) -> None:
    settings = load(None, given(topic, DOCUMENTED[topic]))

    assert getattr(settings.notifications, topic) == DOCUMENTED[topic]
    assert not settings.notifications.enabled


def test_a_key_that_is_no_text_is_told_like_any_other() -> None:
    assert problems(given("returns", {"x": with_fields() | {"fields": RETURNED | {"1": "a"}}}))[0].startswith(
        "notifications.returns: x.fields.1 is no field of return"
    )
