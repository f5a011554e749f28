"""The Kafka thread: polls, hands records over, publishes what is complete."""

import time
from collections.abc import Sequence
from dataclasses import replace
from threading import Thread

from confluent_kafka import Consumer

from consumer.adapters.kafka.assignment import Assignment, coordinates
from consumer.adapters.kafka.attempt import Attempts, Fatal, Interrupted
from consumer.adapters.kafka.clients import made
from consumer.adapters.kafka.cluster import Cluster
from consumer.adapters.kafka.config import KafkaConfig, consumer_properties
from consumer.adapters.kafka.credentials import Rotation
from consumer.adapters.kafka.handover import HandOver, Post
from consumer.adapters.kafka.inbox import Inbox
from consumer.adapters.kafka.laps import Laps
from consumer.adapters.kafka.outbox import Outbox
from consumer.adapters.kafka.rebalance import Rebalance
from consumer.adapters.kafka.starts import Starts
from consumer.adapters.kafka.status import KafkaStatus, Stage
from consumer.adapters.kafka.telling import EarnFeed, KafkaTelemetry
from consumer.adapters.kafka.transaction import Transactions
from consumer.adapters.kafka.watch import Listener, is_member
from consumer.adapters.kafka.wishes import Wishes
from consumer.core.progress import Window
from consumer.ports import Completion, Intake, Partition

_LOOK_AGAIN = 1.0
_REPORT = 0.1
_CLOSING = 10.0
"""Seconds to leave the group."""


class KafkaWorker:
    """Owns the clients on a thread of its own. `status` may be read, `publish` and `stop` called, from any thread."""

    def __init__(
        self, config: KafkaConfig, intake: Intake, post: Post, telemetry: KafkaTelemetry, feed: EarnFeed
    ) -> None:
        """Build both clients; they connect by themselves once started. Raises BadOption, or Fatal without a token."""
        self._config = config
        self._intake = intake
        self._post = post
        self._telemetry = telemetry
        self._wishes = Wishes()
        self._status = KafkaStatus(join_state_since=time.monotonic())
        self._reported = 0.0
        attempts = Attempts(telemetry, self._tick)
        self._hung = attempts.hung
        window = Window(size=config.window)
        self._assignment = Assignment(window)
        self._listener = Listener(self._assignment, telemetry, config.credentials)
        self._transactions = Transactions(config, attempts, telemetry, self._wishes.now)
        self._outbox = Outbox(self._assignment, self._transactions, feed, telemetry)
        self._laps = Laps(telemetry.spent)
        self._inbox = Inbox(
            assignment=self._assignment,
            window=window,
            outbox=self._outbox,
            listener=self._listener,
            intake=intake,
            post=post,
            telemetry=telemetry,
            laps=self._laps,
        )
        self._rebalance = Rebalance(
            assignment=self._assignment,
            outbox=self._outbox,
            starts=Starts(config.topics.earns, attempts, feed, telemetry),
            intake=intake,
            post=post,
            telemetry=telemetry,
            wishes=self._wishes,
            drain=config.drain,
            laps=self._laps,
        )
        callbacks = {"error_cb": self._listener.on_error, "stats_cb": self._listener.on_statistics}
        self._consumer = made(Consumer, {**consumer_properties(config), **callbacks}, config)
        self._rotation = Rotation(config.credentials, (self._consumer, self._transactions), telemetry)
        # A daemon: a call that hangs must not keep the process from ending.
        self._thread = Thread(target=self._run, name="kafka", daemon=True)

    @property
    def status(self) -> KafkaStatus:
        """How it is, at most a moment ago."""
        return self._status

    @property
    def hangs(self) -> str | None:
        """What the thread cannot come back from, if there is such a thing: end the process and start anew."""
        return self._hung.reason

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def publish(self, completions: Sequence[Completion]) -> None:
        """Publish each in the order given, exactly once, with its record's offset."""
        self._outbox.add(completions)

    def stop(self, *, now: bool = False) -> None:
        """End once all that is under way is published, or `now`."""
        self._wishes.stop(now=now)

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the thread's end, at most so long; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        reason: str | None = "crashed"
        try:
            if self._prepare():
                while not self._wishes.stopping():
                    self._turn()
                self._wind_down()
            reason = None
        except Interrupted as stopped:
            reason = None
            self._telemetry.event("kafka_stop_waits_no_longer", waited_for=str(stopped))
        except Fatal as fatal:
            reason = str(fatal)
            self._telemetry.event("kafka_failed", reason=reason)
        finally:
            self._end(reason)

    def _prepare(self) -> bool:
        """Wait for the broker and the topics, then join the group; False when the end is wanted before."""
        cluster = Cluster(self._transactions.client, self._config, self._telemetry)
        while not self._wishes.stopping():
            self._tick()
            sight = cluster.look()
            self._status = replace(
                self._status,
                reachable=sight.reachable,
                missing_topics=sight.missing,
                returns_partitions=dict(sight.partitions).get(self._config.topics.returns, 0),
                earns_partitions=dict(sight.partitions).get(self._config.topics.earns, 0),
            )
            if sight.reachable and not sight.missing:
                break
            # Nothing is delivered yet, but the client's complaints are: they say why nobody can be reached.
            self._inbox.read(self._consumer)
            self._wishes.rest(_LOOK_AGAIN)
        if self._wishes.stopping():
            return False
        self._transactions.letter_partitions = dict(sight.partitions).get(self._config.topics.dead_letters, 0)
        self._transactions.init(self._wishes.stopping)
        self._consumer.subscribe(
            list(self._config.topics.sources),
            on_assign=self._rebalance.on_assign,
            on_revoke=self._rebalance.on_revoke,
            on_lost=self._rebalance.on_lost,
        )
        self._status = replace(self._status, stage=Stage.JOINING)
        return True

    def _turn(self) -> None:
        self._tick()
        self._inbox.read(self._consumer)
        self._laps.end("work")
        self._outbox.publish(self._consumer)
        self._laps.end("publish")
        self._inbox.regulate(self._consumer)
        self._laps.end("work")

    def _wind_down(self) -> None:
        """Read nothing more, publish what comes to its end, leave the group."""
        partitions = [held.partition for held in self._assignment]
        self._status = replace(self._status, stage=Stage.DRAINING)
        self._consumer.pause(coordinates(self._assignment))
        final = HandOver(self._intake, self._post, partitions, seconds=self._config.drain)
        self._rebalance.final = final
        while not (final.done() or final.expired or self._wishes.now()):
            self._tick()
            self._inbox.keep_alive(self._consumer)
            self._outbox.publish(self._consumer)
            self._laps.end("publish")
        self._rebalance.see_out(self._consumer, final)
        self._release(partitions)

    def _release(self, partitions: Sequence[Partition]) -> None:
        for topic, count in self._assignment.release(partitions).items():
            self._telemetry.released(topic, count)

    def _end(self, reason: str | None) -> None:
        """Let go of everything, and tell that it is over, whatever else may fail in that."""
        try:
            self._close()
        finally:
            self._status = replace(
                self._status, stage=Stage.ENDED, partitions=(), own_returns_partitions=0, exit_reason=reason
            )

    def _close(self) -> None:
        self._wishes.stop(now=True)
        self._release([held.partition for held in self._assignment])
        with self._hung.watch("close", _CLOSING):
            self._consumer.close()
            self._transactions.close()

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._reported < _REPORT:
            return
        self._reported = now
        self._rotation.look()
        self._transactions.serve()
        self._telemetry.polled(time.time())
        stage = self._status.stage
        if stage is Stage.JOINING and (self._rebalance.answered or is_member(self._consumer)):
            stage = Stage.RUNNING
        partitions = self._assignment.status()
        counts = self._listener.partition_counts
        self._status = replace(
            self._status,
            stage=stage,
            last_poll=now,
            join_state=self._listener.join_state,
            join_state_since=self._listener.join_state_since,
            returns_partitions=counts.get(self._config.topics.returns) or self._status.returns_partitions,
            earns_partitions=counts.get(self._config.topics.earns) or self._status.earns_partitions,
            partitions=partitions,
            unpublished=len(self._outbox),
            own_returns_partitions=sum(it.partition.topic == self._config.topics.returns for it in partitions),
        )
