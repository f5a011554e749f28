"""A dead letter as a person chooses it, and what is sent again of it."""

import json
from dataclasses import dataclass
from enum import StrEnum

from consumer.core.dead_letter import REDRIVE_COUNT, Headers, redrive_count, without_ours
from consumer.core.model import CustomerId, Millis, Record
from consumer.core.redriven import Redriven

REDRIVE_NOTE = "redrive-note"
LONGEST_NOTE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One record of the dead-letter topic, with what its headers say. `topic` is empty where they do not say it."""

    record: Record
    reason: str
    message: str
    event_id: str
    topic: str
    partition: int | None
    offset: int | None
    redrives: int
    promotions: frozenset[str]
    earns: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A partition of the dead-letter topic up to the end it had when it was looked at.

    `is_remembered`: the brokers know of an earlier redrive.
    """

    topic: str
    partition: int
    redriven: Redriven
    end: int
    is_remembered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A letter's record as it is sent again. `partition` is where it was first; None where that is not known."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers


class Fate(StrEnum):
    """What a redrive does with a letter."""

    CHOSEN = "chosen"
    SENT_BEFORE = "sent before"
    """An earlier redrive sent it."""
    NOT_WANTED = "not wanted"
    """The person's selection leaves it out."""
    OFTEN_ENOUGH = "often enough"
    """It was sent again as often as is allowed."""
    FOREIGN = "foreign"
    """Its headers do not name a topic that this service reads."""
    OVER_LIMIT = "over limit"
    NO_ROOM = "no room"
    """Too many letters before it were left out: what is sent could not be remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which letters a person wants; None or an empty set leaves all in.

    A letter counts that was set aside at `since` or later, and before `until`.
    """

    topics: frozenset[str]
    reasons: frozenset[str]
    customer: CustomerId | None
    promotion: str | None
    since: Millis | None
    until: Millis | None
    partition: int | None
    offset: int | None
    max_redrives: int


def letter_of(record: Record) -> Letter:
    """The letter in a record of the dead-letter topic."""
    told = dict(record.headers)
    failures = _failures(_text(told.get("dlt-failures")))
    return Letter(
        record=record,
        reason=_text(told.get("dlt-reason")),
        message=_text(told.get("dlt-message")),
        event_id=_text(told.get("dlt-event-id")),
        topic=_text(told.get("dlt-topic")),
        partition=_number(told.get("dlt-partition")),
        offset=_number(told.get("dlt-offset")),
        redrives=redrive_count(record.headers),
        promotions=frozenset(str(item["promotion_id"]) for item in failures if "promotion_id" in item),
        earns=frozenset(str(item["earn_id"]) for item in failures if "earn_id" in item),
    )


def fate_of(letter: Letter, customer: CustomerId | None, selection: Selection) -> Fate:
    """What the selection says of a letter that no redrive has sent yet; `customer` is the letter's."""
    if letter.topic not in selection.topics:
        return Fate.FOREIGN
    source = letter.record.source
    wanted = (
        (not selection.reasons or letter.reason in selection.reasons)
        and selection.customer in {None, customer}
        and (selection.promotion is None or selection.promotion in letter.promotions)
        and (selection.since is None or letter.record.timestamp >= selection.since)
        and (selection.until is None or letter.record.timestamp < selection.until)
        and selection.partition in {None, source.partition}
        and selection.offset in {None, source.offset}
    )
    if not wanted:
        return Fate.NOT_WANTED
    return Fate.CHOSEN if letter.redrives < selection.max_redrives else Fate.OFTEN_ENOUGH


def again(letter: Letter, note: str | None) -> Again:
    """The record as it was, one redrive more, with the person's note; an earlier redrive's note is gone."""
    record = letter.record
    headers = [header for header in without_ours(record.headers) if header[0] != REDRIVE_NOTE]
    headers.append((REDRIVE_COUNT, str(letter.redrives + 1).encode()))
    if note:
        headers.append((REDRIVE_NOTE, note[:LONGEST_NOTE].encode("utf-8", "replace")))
    return Again(
        topic=letter.topic,
        partition=letter.partition,
        key=record.key,
        value=record.value,
        headers=tuple(headers),
    )


def customer_in_key(record: Record) -> CustomerId | None:
    """The customer's id where the key is one."""
    key = record.key or b""
    return CustomerId(int(key)) if key.isdigit() and len(key) <= len(str(2**63)) else None


def note_of(record: Record) -> str | None:
    """What the person who sent the record again noted, if it was one and they did."""
    note = dict(record.headers).get(REDRIVE_NOTE)
    return None if note is None else _text(note)


def _failures(text: str) -> list[dict[str, object]]:
    try:
        told = json.loads(text or "[]")
    except ValueError:
        return []
    return [item for item in told if isinstance(item, dict)] if isinstance(told, list) else []


def _number(value: bytes | None) -> int | None:
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() else None


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode("utf-8", "replace")
