"""From a notification's JSON to the values of our fields."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.json_path import EACH, Path, parsed_path
from consumer.core.notification import Choice, Constant, Foreign, NotificationKind, Notified, Unmapped, translate
from tests.core.a_mapping import a_mapping, a_translation, origins, path

BY_BILL_TYPE = Choice(where=path("data.billType"), take=frozenset({"RETURN"}), leave=frozenset({"REGULAR"}))
CHOOSING = a_mapping(a_translation({}, choice=BY_BILL_TYPE))


def values(data: object, **fields: str | tuple[str, ...]) -> dict[str, Any]:
    """What a notification with this data gives for these fields."""
    told = translate({"eventName": "billReturned", "eventId": "n1", "data": data}, a_mapping(a_translation(fields)))
    assert isinstance(told, Notified)
    return {name: value for name, value in told.values.items() if name != "event_id"}


@pytest.mark.parametrize(
    "told",
    [
        {"eventName": "billReturned", "eventId": "n1", "data": {"bill": "B1"}},
        {"eventType": "billReturned", "eventId": "n1", "data": {"bill": "B1"}},
        {"eventType": "51135_billReturned", "eventId": "n1", "attributes": {"data": {"bill": "B1"}}},
        {"eventId": "n1", "attributes": {"eventName": "billReturned", "data": {"bill": "B1"}}},
        {"eventName": "other", "attributes": {"eventName": "billReturned", "eventId": "n1", "data": {"bill": "B1"}}},
        {"eventName": "billReturned", "eventId": "n1", "data": {"bill": "B1"}, "attributes": "null"},
        {"eventName": "billReturned", "eventId": "n1", "data": {"bill": "B1"}, "attributes": {"data": None}},
    ],
)
def test_every_envelope_tells_the_same(told: object) -> None:
    assert translate(told, a_mapping(a_translation({"bill_number": "data.bill"}))) == Notified(
        name="billReturned", kind=NotificationKind.RETURN, values={"event_id": "n1", "bill_number": "B1"}
    )


@pytest.mark.parametrize(
    "told", [{}, [], None, 7, "billReturned", {"eventName": None}, {"eventName": ["billReturned"]}]
)
def test_what_names_no_event_is_no_notification(told: object) -> None:
    assert translate(told, a_mapping()) is None


def test_what_the_mapping_passes_over_is_foreign() -> None:
    assert translate({"eventName": "customerAdded", "eventId": "n1"}, a_mapping()) == Foreign(
        reason="the notification customerAdded is passed over", event_id=None
    )


@pytest.mark.parametrize(("name", "shown"), [("tierUpgraded", " tierUpgraded"), ("Jane Doe", ""), ("x" * 65, "")])
def test_an_event_nobody_mapped_is_named_where_its_name_tells_nothing_of_a_person(name: str, shown: str) -> None:
    assert translate({"eventName": name}, a_mapping()) == Unmapped(
        f"the mapping says nothing of the notification{shown}"
    )


@pytest.mark.parametrize("value", ["RETURN", "Return", "return"])
def test_a_notification_that_is_meant_is_read(value: str) -> None:
    told = translate({"eventName": "billReturned", "eventId": "n1", "data": {"billType": value}}, CHOOSING)

    assert isinstance(told, Notified)


@pytest.mark.parametrize(("event_id", "known"), [("n1", "n1"), (7, None), ("null", None), ("\ud800", None)])
def test_a_notification_of_another_sort_is_foreign_with_its_event_id(event_id: object, known: str | None) -> None:
    told = {"eventName": "billReturned", "eventId": event_id, "data": {"billType": "regular"}}

    assert translate(told, CHOOSING) == Foreign(
        reason="the notification billReturned with the data.billType REGULAR is passed over", event_id=known
    )


@pytest.mark.parametrize("data", [{}, {"billType": None}, {"billType": "MIXED"}, {"billType": 1}, None, []])
def test_a_sort_that_nobody_spoke_of_is_never_guessed(data: object) -> None:
    assert translate({"eventName": "billReturned", "data": data}, CHOOSING) == Unmapped(
        "the notification billReturned has a data.billType that the mapping neither takes nor leaves"
    )


@pytest.mark.parametrize("nothing", [None, "null", ""])
def test_the_first_path_with_a_value_counts(nothing: object) -> None:
    found = values({"a": nothing, "b": "second", "c": "third"}, bill_number=("data.a", "data.b", "data.c"))

    assert found == {"bill_number": "second"}


def test_a_constant_stands_where_no_path_before_it_has_a_value() -> None:
    fields: dict[str, Any] = {"return_type": ("data.kind", "=AMOUNT"), "type": "=RETURN"}

    assert values({}, **fields) == {"return_type": "AMOUNT", "type": "RETURN"}
    assert values({"kind": "FULL"}, **fields) == {"return_type": "FULL", "type": "RETURN"}


def test_a_field_without_a_value_is_left_out() -> None:
    assert values({"a": "null"}, bill_number="data.a", store_code="data.b", till_code="data.a.b") == {}


def test_numbers_and_objects_are_handed_on_as_they_are() -> None:
    found = values({"n": 7, "o": {"x": 1}, "f": False}, customer_id="data.n", reason="data.o", store_code="data.f")

    assert found == {"customer_id": 7, "reason": {"x": 1}, "store_code": False}


def test_a_list_of_ids_has_each_id_of_all_its_paths_once() -> None:
    data = {
        "first": [{"id": "e1"}, {"id": "null"}, {"x": 1}, "odd"],
        "deep": [{"in": [{"id": 7}, {"id": "e1"}]}],
        "one": 7,
    }

    assert values(data, earn_ids=("data.first[].id", "data.deep[].in[].id", "data.one", "=e9")) == {
        "earn_ids": ["e1", 7, "e9"]
    }


def test_what_can_be_no_id_is_left_to_the_schema_to_refuse() -> None:
    assert values({"ids": [{"a": 1}, [2], {"a": 1}]}, earn_ids="data.ids[]") == {"earn_ids": [{"a": 1}, [2], {"a": 1}]}


@pytest.mark.parametrize("data", [{}, {"items": None}, {"items": {}}, {"items": "x"}])
def test_without_an_array_there_is_an_empty_list_of_ids_and_no_records(data: object) -> None:
    assert values(data, line_ids="data.items[].id", **{"lines.line_id": "data.items[].id"}) == {"line_ids": []}


def test_an_array_becomes_records() -> None:
    data = {"items": [{"id": "1", "q": {"n": 2}}, {"sku": "2"}, "odd", {}]}
    fields: dict[str, Any] = {
        "lines.line_id": ("data.items[].id", "data.items[].sku"),
        "lines.quantity": ("data.items[].q.n", "=1"),
    }

    assert values(data, **fields) == {
        "lines": [
            {"line_id": "1", "quantity": 2},
            {"line_id": "2", "quantity": "1"},
            {"quantity": "1"},
            {"quantity": "1"},
        ]
    }


def test_an_empty_array_is_an_empty_list() -> None:
    assert values({"items": []}, **{"lines.line_id": "data.items[].id"}) == {"lines": []}


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a", ("a",)),
        ("a.b", ("a", "b")),
        ("a[].b", ("a", EACH, "b")),
        ("a[]", ("a", EACH)),
        ("a-b.c_d[].e", ("a-b", "c_d", EACH, "e")),
    ],
)
def test_a_path_is_read_and_shown_as_it_was_written(text: str, steps: tuple[str, ...]) -> None:
    assert parsed_path(text) == Path(steps)
    assert str(Path(steps)) == text
    assert Path(steps).arrays == text.count(EACH)


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "[]", "[].a", "a[", "a[0]", "a[][]", "a b", "a[]b"])
def test_what_is_no_path_is_none(text: str) -> None:
    assert parsed_path(text) is None


def test_origins_keep_their_order() -> None:
    assert origins("a", "=b") == (Path(("a",)), Constant("b"))


NAMES = st.sampled_from(["eventName", "eventId", "attributes", "data", "billType", "items", "id"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4) | st.just("null"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["eventName", "eventId", "attributes", "data", "billType", "items", "id"]), inner
        )
    ),
    max_leaves=20,
)


@given(ANY_JSON, st.sampled_from(["billReturned", "customerAdded", "1_billReturned"]))
def test_any_json_is_told_in_some_way(told: object, name: str) -> None:
    fields: dict[str, Any] = {
        "bill_number": "data.id",
        "line_ids": ("data.items[].id", "data.id"),
        "lines.line_id": "data.items[].id",
    }
    mapping = a_mapping(a_translation(fields, choice=BY_BILL_TYPE))

    for each in (told, {"eventName": name, "data": told}, {"eventName": name, "attributes": told}):
        found = translate(each, mapping)

        assert found is None or isinstance(found, Notified | Foreign | Unmapped)
        assert not isinstance(found, Notified) or None not in found.values.values()
