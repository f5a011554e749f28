"""The brokers of a storm: one or three, each with a second door behind a line, through which the service comes in."""

from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import AdminClient

from tests.testbed.kafka import KafkaBroker
from tests.testbed.kraft import ClusterPlan, Node, plan_cluster, settings
from tests.testbed.line import Line, Lines
from tests.testbed.ports import free_port
from tests.testbed.waiting import wait_until

SECONDS = 120
ANSWER = 5.0
SESSION_TIMEOUT = 6
"""Seconds, with either protocol: with KIP-848 it is the broker that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    node: Node
    broker: KafkaBroker
    line: Line


class Brokers:
    """`bootstrap` is for those who watch, `behind_lines` for the service."""

    def __init__(self, size: int, lines: Lines) -> None:
        plan = plan_cluster(size)
        self.bootstrap = plan.bootstrap
        self._members = tuple(_member(plan, place, lines) for place in range(size))
        self.lines = tuple(member.line for member in self._members)
        self.behind_lines = ",".join(f"127.0.0.1:{line.port}" for line in self.lines)
        self._admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def start(self) -> None:
        """Start all and return once each serves."""
        for member in self._members:
            member.broker.launch()
        for member in self._members:
            member.broker.wait_until_ready()

    def close(self) -> None:
        """End all and throw their data away."""
        for member in self._members:
            member.broker.close()

    def ids(self) -> list[int]:
        """The nodes' ids."""
        return [member.node.id for member in self._members]

    def broker(self, node_id: int) -> KafkaBroker:
        """The one with this id."""
        return next(member.broker for member in self._members if member.node.id == node_id)

    def leader(self, topic: str, partition: int) -> int:
        """The id of the node that leads this partition."""
        return int(self._admin.list_topics(topic, timeout=ANSWER).topics[topic].partitions[partition].leader)

    def coordinator(self, group: str) -> int:
        """The id of the node that coordinates this group."""
        described = self._admin.describe_consumer_groups([group], request_timeout=ANSWER)[group].result(SECONDS)
        return int(described.coordinator.id)

    def until_whole(self) -> None:
        """Return once every node has every replica that it should have, so that any one may be missed again."""
        wait_until(self._is_whole, within=SECONDS, what="all replicas are in sync")

    def _is_whole(self) -> bool:
        told = self._admin.list_topics(timeout=ANSWER)
        partitions = [partition for topic in told.topics.values() for partition in topic.partitions.values()]
        return len(told.brokers) == len(self._members) and all(
            partition.leader >= 0 and len(partition.isrs) == len(partition.replicas) for partition in partitions
        )


def _member(plan: ClusterPlan, place: int, lines: Lines) -> _Member:
    node, inside = plan.nodes[place], free_port()
    line = lines.to(inside)
    own = settings(plan, node, Path("unused"))
    more = {
        "listeners": f"{own['listeners']},LINED://127.0.0.1:{inside}",
        "advertised.listeners": f"{own['advertised.listeners']},LINED://127.0.0.1:{line.port}",
        "listener.security.protocol.map": f"{own['listener.security.protocol.map']},LINED:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
    }
    return _Member(node=node, broker=KafkaBroker(plan, place, more=more), line=line)
