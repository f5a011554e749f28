"""Where docs/guarantees.md tells of each mishap, and what an instance surely logs of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

ROWS: Mapping[str, str] = {
    "an instance is killed": "One of several instances is killed (kill -9)",
    "the only instance is killed": "The last instance is killed",
    "an instance is stopped": "A planned stop, a rollout, a rebalance",
    "instances join and leave": "Instances join and leave in quick succession",
    "an instance is frozen": "A process is frozen for longer than the session timeout, and wakes up",
    "the broker is killed": "The only broker is killed",
    "a broker is killed": "A leader, or any other broker, is killed in a cluster of three",
    "a leader is killed": "A leader, or any other broker, is killed in a cluster of three",
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
SAID: Mapping[str, tuple[str, ...]] = {
    "an instance is frozen": ("partitions_lost", "died"),
    "PostgreSQL is gone": ("ledger_unavailable",),
    "the vendor is down": ("holding",),
    "the vendor is refusing credentials": ("credentials_rejected",),
    "the vendor is throttling": ("throttled",),
}
"""One of these, at least. A full disk may have room left inside SQLite's log, and a short line little to carry."""
SAID_AT_LENGTH: Mapping[str, tuple[str, ...]] = {"the registry is gone": ("registry_unavailable",)}
"""Only where it lasts: a new instance has to be there, and to have its partitions, while it does."""


def unsaid(suffered: Iterable[str], has_said: Callable[[str], bool], *, full: bool) -> Iterator[str]:
    """What befell them without any instance's log telling of it; `full`: each at its full length."""
    due = {**SAID, **SAID_AT_LENGTH} if full else SAID
    for mishap in suffered:
        events = due.get(mishap, ())
        if events and not any(map(has_said, events)):
            yield f"{mishap}: nobody says {' or '.join(events)}"
