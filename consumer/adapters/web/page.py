"""What the page for people shows, as values; the template gives them their form."""

from dataclasses import dataclass
from typing import Literal

from consumer.core.model import Coordinates, Millis

Tone = Literal["good", "waits", "bad", "quiet"]
"""All is well; it waits and goes on by itself; a person is needed; nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Which instance it is. `started` is when the process did; `shadow` if it calls nobody and publishes nothing."""

    version: str
    group: str
    host: str
    started: Millis
    shadow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """How things are, in one sentence; `more` says what follows from it, and `runbook` is the page that helps."""

    tone: Tone
    phase: str
    sentence: str
    more: str = ""
    runbook: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One figure with its name and what it means here."""

    name: str
    value: str
    note: str
    tone: Tone = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One value over the last hour: pairs of seconds ago and value, oldest first. `limit` is the most it may be."""

    title: str
    unit: Literal["count", "seconds"]
    points: tuple[tuple[float, float], ...]
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One partition of ours. `behind` counts the offsets up to the log's end, None while they are not known."""

    number: int
    watermark: int
    open: int
    behind: int | None
    map_used: float
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The partitions of one topic, in their order."""

    name: str
    partitions: tuple[Partition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One customer's line, without the customer: the age of its oldest record in seconds, and its length."""

    age: float
    records: int
    working: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """The dead letters of one reason, and what the reason means."""

    reason: str
    meaning: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One outcome without customer data; the notes say what its status alone does not."""

    at: Millis
    event_id: str
    source: Coordinates
    status: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that is shown. `lanes` are the oldest of `lanes_in_all`; `answered` the latest outcomes, newest first."""

    instance: Instance
    at: Millis
    headline: Headline
    since: float
    """Seconds that the headline's phase lasts."""
    facts: tuple[Fact, ...]
    series: tuple[Series, ...]
    lanes: tuple[Lane, ...]
    lanes_in_all: int
    set_aside: tuple[SetAside, ...]
    answered: tuple[Answered, ...]
    topics: tuple[Topic, ...]
