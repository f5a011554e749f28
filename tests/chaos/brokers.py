"""The brokers of a storm: one or three, each behind a line to the service, and three behind lines to each other."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from tests.chaos.telling import tell
from tests.testbed.kafka import KafkaBroker
from tests.testbed.kraft import RESTARTED, ClusterPlan, Node, plan_cluster, settings
from tests.testbed.line import Line, Lines
from tests.testbed.ports import free_port
from tests.testbed.waiting import wait_until

SECONDS = 120
ANSWER = 5.0
MOVING = frozenset(
    {KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS}
)
"""What a node says of a group whose coordinator is just becoming another one."""
SESSION_TIMEOUT = 6
"""Seconds, with either protocol: with KIP-848 it is the broker that says so."""
FOR_THE_SERVICE, FOR_BROKERS, FOR_CONTROLLERS = "LINED", "BROKERS", "CONTROLLER"
"""The listeners that are behind a line; whoever looks on comes in straight."""
BETWEEN = {"brokers": FOR_BROKERS, "controllers": FOR_CONTROLLERS}
"""What the nodes of a cluster say to each other, and where: replicas and transactions' ends, and the quorum."""
Doors = Mapping[str, Line]
"""By its listener, the line through which others come in."""


class Brokers:
    """`bootstrap` is for those who watch, `behind_lines` for the service; `between` are the lines among themselves."""

    def __init__(self, size: int, lines: Lines) -> None:
        plan = plan_cluster(size)
        doors = [_doors(node, lines, alone=size == 1) for node in plan.nodes]
        self.bootstrap = plan.bootstrap
        self._nodes = plan.nodes
        self._brokers = tuple(
            KafkaBroker(plan, place, more=_properties(plan, node, doors)) for place, node in enumerate(plan.nodes)
        )
        self.lines = tuple(door[FOR_THE_SERVICE] for door in doors)
        self.behind_lines = ",".join(f"127.0.0.1:{line.port}" for line in self.lines)
        self.between = {name: tuple(door[listener] for door in doors) for name, listener in BETWEEN.items() if size > 1}
        self._admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def start(self) -> None:
        """Start all and return once each serves."""
        for broker in self._brokers:
            broker.launch()
        for broker in self._brokers:
            broker.wait_until_ready()

    def close(self) -> None:
        """End all and throw their data away."""
        for broker in self._brokers:
            broker.close()

    def ids(self) -> list[int]:
        """The nodes' ids."""
        return [node.id for node in self._nodes]

    def broker(self, node_id: int) -> KafkaBroker:
        """The one with this id."""
        return self._brokers[self.ids().index(node_id)]

    def leader(self, topic: str, partition: int) -> int:
        """The id of the node that leads this partition."""
        return int(self._admin.list_topics(topic, timeout=ANSWER).topics[topic].partitions[partition].leader)

    def coordinator(self, group: str) -> int:
        """The id of the node that coordinates this group; while it moves to another, who is asked may not know yet."""
        found: list[int] = []

        def is_told() -> bool:
            # A client that knows a coordinator asks it for minutes, whatever it answers.
            admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
            try:
                described = admin.describe_consumer_groups([group], request_timeout=ANSWER)[group].result(SECONDS)
            except KafkaException as refused:
                if refused.args[0].code() not in MOVING:
                    raise
                return False
            found.append(int(described.coordinator.id))
            return True

        wait_until(is_told, within=SECONDS, what="the group's coordinator is known")
        return found[0]

    def said(self, words: str) -> list[str]:
        """The lines of all brokers' logs that have these words."""
        return [line for broker in self._brokers for line in broker.said(words)]

    def until_whole(self) -> None:
        """Return once every node has every replica that it should have, so that any one may be missed again.

        A node that ended by itself, as Kafka rarely does in a storm, is told and started again.
        """

        def is_whole() -> bool:
            for node, broker in zip(self._nodes, self._brokers, strict=True):
                if broker.exit_code is not None:
                    tell(f"node {node.id} ended by itself with {broker.exit_code} and is started again")
                    broker.start()
            return self._is_whole()

        wait_until(is_whole, within=SECONDS, what="all replicas are in sync")

    def _is_whole(self) -> bool:
        told = self._admin.list_topics(timeout=ANSWER)
        partitions = [partition for topic in told.topics.values() for partition in topic.partitions.values()]
        return len(told.brokers) == len(self._nodes) and all(
            partition.leader >= 0 and len(partition.isrs) == len(partition.replicas) for partition in partitions
        )


def _doors(node: Node, lines: Lines, *, alone: bool) -> Doors:
    """A node alone has nobody but the service to talk to."""
    if alone:
        return {FOR_THE_SERVICE: lines.to(free_port())}
    return {
        FOR_THE_SERVICE: lines.to(free_port()),
        FOR_BROKERS: lines.to(free_port()),
        FOR_CONTROLLERS: lines.to(node.controller_port),
    }


def _properties(plan: ClusterPlan, node: Node, doors: list[Doors]) -> dict[str, str]:
    """The node's own, with its doors; the quorum's members know each other by the lines to them."""
    own = settings(plan, node, Path("unused"))
    mine = doors[plan.nodes.index(node)]
    new = {name: line for name, line in mine.items() if name != FOR_CONTROLLERS}
    more = {
        "listeners": _joined(own["listeners"], [f"{name}://127.0.0.1:{line.to}" for name, line in new.items()]),
        "advertised.listeners": _joined(
            own["advertised.listeners"], [f"{name}://127.0.0.1:{line.port}" for name, line in mine.items()]
        ),
        "listener.security.protocol.map": _joined(
            own["listener.security.protocol.map"], [f"{name}:PLAINTEXT" for name in new]
        ),
        "inter.broker.listener.name": FOR_BROKERS if FOR_BROKERS in mine else "PLAINTEXT",
    }
    if len(plan.nodes) == 1:
        more |= RESTARTED
    if FOR_CONTROLLERS in mine:
        # How long a kill takes is measured: half a second of it would be the broker's own.
        more["transaction.abort.timed.out.transaction.cleanup.interval.ms"] = "100"
        voters = zip(plan.nodes, doors, strict=True)
        more["controller.quorum.voters"] = ",".join(
            f"{other.id}@127.0.0.1:{door[FOR_CONTROLLERS].port}" for other, door in voters
        )
    return more


def _joined(own: str, more: Iterable[str]) -> str:
    return ",".join((own, *more))
