"""Where docs/guarantees.md tells of each mishap, and what an instance surely logs of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from consumer.core.repeats import QUIET
from tests.chaos.recovery import Suffered
from tests.chaos.words import Word
from tests.end_to_end.truth import Spell

ROWS: Mapping[str, str] = {
    "an instance is killed": "One of several instances is killed (kill -9)",
    "the only instance is killed": "The last instance is killed",
    "an instance is stopped": "A planned stop, a rollout, a rebalance",
    "instances join and leave": "Instances join and leave in quick succession",
    "an instance is frozen": "A process is frozen for longer than the session timeout, and wakes up",
    "the broker is killed": "The only broker is killed",
    "a broker is killed": "Any broker is killed in a cluster of three",
    "a leader is killed": "A leader of returns is killed in a cluster of three",
    "the coordinator is killed": "The group's coordinator is killed in a cluster of three",
    "the disk is full": "The disk under SQLite is full",
    "PostgreSQL is gone": "PostgreSQL is killed, and is gone",
    "the registry is gone": "The registry is gone",
    "calls hang": "The vendor cuts off answers, or lets calls hang",
    "the vendor is cutting answers": "The vendor cuts off answers, or lets calls hang",
    "the vendor is breaking off answers": "The vendor breaks off in mid-answer, or talks nonsense",
    "the vendor is talking nonsense": "The vendor breaks off in mid-answer, or talks nonsense",
    "the vendor is answering in every shape": "The vendor answers now in one of its shapes, now in another",
    "the vendor is down": "The vendor is down",
    "the vendor is refusing credentials": "The vendor rejects our credentials",
    "the vendor is slow": "The vendor is slow",
    "the vendor is failing": "The vendor fails half of the calls",
    "the vendor is throttling": "The vendor throttles us",
    "the line to the kafka is silent": "The network to the brokers goes silent",
    "the line to the kafka is slow": "The network to the brokers is slow, or resets connections",
    "the line to the kafka is cutting": "The network to the brokers is slow, or resets connections",
    "the line to the vendor is cutting": "The network to the vendor resets connections",
    "the line to the vendor is slow": "The network to the vendor is slow, or goes silent",
    "the line to the vendor is silent": "The network to the vendor is slow, or goes silent",
    "the line to the database is cutting": "The network to the database resets connections",
    "the line to the database is slow": "The network to the database is slow, or goes silent",
    "the line to the database is silent": "The network to the database is slow, or goes silent",
    "the line to the registry is slow": "The network to the registry is slow, goes silent or resets connections",
    "the line to the registry is silent": "The network to the registry is slow, goes silent or resets connections",
    "the line to the registry is cutting": "The network to the registry is slow, goes silent or resets connections",
    "the line between the brokers is silent": "The network between the brokers goes silent",
    "the line between the brokers is slow": "The network between the brokers is slow, or resets connections",
    "the line between the brokers is cutting": "The network between the brokers is slow, or resets connections",
    **dict.fromkeys(
        (f"the line between the controllers is {manner}" for manner in ("slow", "silent", "cutting")),
        "The network between the controllers is slow, goes silent or resets connections",
    ),
}
KAFKA_ERROR = Word(events=("kafka_error",), stands_for=QUIET)
LEDGER_AWAY = (Word(events=("ledger_unavailable",)), Word(events=("holding",), reason="ledger"))
SAID: Mapping[str, tuple[Word, ...]] = {
    "an instance is stopped": (Word(events=("stopping",)), Word(events=("stopped",))),
    "instances join and leave": (Word(events=("partitions_assigned",)), Word(events=("partitions_revoked",))),
    "an instance is frozen": (Word(events=("partitions_lost", "died")),),
    **dict.fromkeys(("the broker is killed", "a leader is killed"), (KAFKA_ERROR,)),
    "PostgreSQL is gone": LEDGER_AWAY,
    "the vendor is down": (Word(events=("holding",), reason="api"),),
    "the vendor is refusing credentials": (
        Word(events=("credentials_rejected",)),
        Word(events=("holding",), reason="credentials"),
    ),
    "the vendor is throttling": (Word(events=("throttled",)),),
}
"""Each of these, by any instance. A full disk may have room left inside SQLite's log, a short line little to carry,
a broker that leads nothing is asked for nothing, and librdkafka may find the next coordinator without a word."""
SAID_AT_LENGTH: Mapping[str, tuple[Word, ...]] = {
    "the registry is gone": (Word(events=("registry_unavailable",)),),
    "the disk is full": LEDGER_AWAY,
    "the line to the database is cutting": (
        Word(events=("ledger_unavailable",)),
        Word(events=("ledger_recovered",)),
    ),
}
"""Only where it lasts: a new instance has to be there, and to have its partitions, while the registry is gone."""
EVENTS = frozenset(event for word in chain(*SAID.values(), *SAID_AT_LENGTH.values()) for event in word.events)


def unsaid(suffered: Iterable[Suffered], has_said: Callable[[Word, Spell], bool], *, full: bool) -> Iterator[str]:
    """What befell them without any instance's telling of it then; `full`: each mishap at its full length."""
    due = {**SAID, **SAID_AT_LENGTH} if full else SAID
    for each in suffered:
        for word in due.get(each.mishap, ()):
            if not has_said(word, each.spell):
                yield f"{each.mishap}: nobody says {word}"
