"""What the nodes of a KRaft cluster are told, whether they run as processes or in containers."""

import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.ports import free_port

VERSION = "4.3.1"

ANY_BROKER = {
    "auto.create.topics.enable": "false",
    # Few internal partitions and short waits: a broker that lives for a test run, not for years.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # With KIP-848 the broker sets these; a killed instance is to be missed soon.
    "group.consumer.min.session.timeout.ms": "1000",
    "group.consumer.session.timeout.ms": "6000",
    "group.consumer.min.heartbeat.interval.ms": "500",
    "group.consumer.heartbeat.interval.ms": "1000",
    # The transaction of a killed instance is aborted when it times out, not up to 10 s later.
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
    # A killed broker is let in again when its old session has timed out.
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "500",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "num.io.threads": "4",
}

RESTARTED = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": "3000"}
"""Of a single broker that is to be killed. While a partition has no leader yet, Kafka takes it for deleted and ends a
transaction without it, which then hangs there: so it is to look for transactions to end once all have leaders."""


MISSED = 6.0
"""Seconds after the start of a controller by which it has fenced a broker that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of a cluster and its two ports."""

    id: int
    port: int
    controller_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """The nodes that make a cluster, and its id."""

    id: str
    nodes: tuple[Node, ...]

    @property
    def bootstrap(self) -> str:
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)


def plan_cluster(size: int) -> ClusterPlan:
    """A cluster of so many nodes on free ports."""
    nodes = tuple(Node(id=number, port=free_port(), controller_port=free_port()) for number in range(1, size + 1))
    return ClusterPlan(id=urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="), nodes=nodes)


def settings(plan: ClusterPlan, node: Node, data: Path) -> dict[str, str]:
    """The node's properties; its data goes to the folder `data`."""
    size = len(plan.nodes)
    voters = ",".join(f"{other.id}@127.0.0.1:{other.controller_port}" for other in plan.nodes)
    return ANY_BROKER | {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(data),
        "default.replication.factor": str(size),
        "min.insync.replicas": str(min(2, size)),
        "offsets.topic.replication.factor": str(size),
        "transaction.state.log.replication.factor": str(size),
        "transaction.state.log.min.isr": str(min(2, size)),
        "share.coordinator.state.topic.replication.factor": str(size),
        "share.coordinator.state.topic.min.isr": str(min(2, size)),
    }


def controller_alone(plan: ClusterPlan, node: Node, data: Path) -> dict[str, str]:
    """The same node without its broker."""
    chosen = settings(plan, node, data)
    kept = {name: value for name, value in chosen.items() if name != "advertised.listeners"}
    return kept | {"process.roles": "controller", "listeners": f"CONTROLLER://127.0.0.1:{node.controller_port}"}
