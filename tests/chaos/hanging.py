"""Transactions that Kafka itself never ends, as it may after a kill of its only broker: docs/guarantees.md."""

import time
from collections.abc import Iterable, Mapping, Sequence

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # imported there for others

ANSWER = 10.0
APART = 5.0
"""Seconds between two looks. Who asks has waited for longer than `transaction.timeout.ms`, which ends all others."""
KAFKAS = "Kafka itself never ends a transaction"
Place = tuple[str, int]


def hanging(bootstrap: str) -> list[str]:
    """The partitions in which readers of committed records stop before the end, at the same place all the time.

    None where no broker answers.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        before = _open(admin)
        time.sleep(APART)
        now = _open(admin)
    except KafkaException:
        return []
    return [f"{topic}/{partition}" for (topic, partition), at in now.items() if before.get((topic, partition)) == at]


def told_of(places: Sequence[str]) -> list[str]:
    """The same as a breach; one, as it is one fault, and none of the service's."""
    return [f"{KAFKAS}: {', '.join(places)}"] if places else []


def is_kafkas(breaches: Iterable[str]) -> bool:
    """Whether this was among what is wrong."""
    return any(breach.startswith(KAFKAS) for breach in breaches)


def _open(admin: AdminClient) -> Mapping[Place, int]:
    """Where readers of committed records stop in each partition that goes on behind."""
    topics = admin.list_topics(timeout=ANSWER).topics
    partitions = [TopicPartition(name, partition) for name, topic in topics.items() for partition in topic.partitions]
    stable = _ends(admin, partitions, IsolationLevel.READ_COMMITTED)
    ends = _ends(admin, partitions, IsolationLevel.READ_UNCOMMITTED)
    return {place: at for place, at in stable.items() if at < ends[place]}


def _ends(admin: AdminClient, partitions: list[TopicPartition], level: IsolationLevel) -> Mapping[Place, int]:
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the client has no types for it
    asked = admin.list_offsets(dict.fromkeys(partitions, latest), isolation_level=level, request_timeout=ANSWER)
    return {(each.topic, each.partition): answer.result(ANSWER).offset for each, answer in asked.items()}
