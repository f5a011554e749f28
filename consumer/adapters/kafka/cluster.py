"""Whether the broker is there, and the topics: looked for before anything else."""

from dataclasses import dataclass, replace

from confluent_kafka import KafkaError, KafkaException, Producer

from consumer.adapters.kafka.attempt import Fatal, failure_of
from consumer.adapters.kafka.config import KafkaConfig
from consumer.adapters.kafka.telling import KafkaTelemetry
from consumer.core.triage import Call, Remedy, triage

_ASK = 3.0
"""Seconds for one answer of the cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What can be seen of the cluster. `partitions` counts those of each of our topics that exists."""

    reachable: bool
    missing: tuple[str, ...]
    partitions: tuple[tuple[str, int], ...] = ()


NOTHING = Sight(reachable=False, missing=())


class Cluster:
    """Looks for the topics and says what is missing, once for each change. Creates nothing."""

    def __init__(self, client: Producer, config: KafkaConfig, telemetry: KafkaTelemetry) -> None:
        self._client = client
        self._config = config
        self._telemetry = telemetry
        self._told: Sight | None = None

    def look(self) -> Sight:
        """How it is now. Raises Fatal where asking again cannot help."""
        try:
            # Asked for all topics: a question for one that is missing may create it.
            topics = self._client.list_topics(timeout=_ASK).topics
        except KafkaException as refused:
            error: KafkaError = refused.args[0]
            self._telemetry.failed(error.name())
            if triage(failure_of(error), Call.READ, expired=False) is Remedy.STOP:
                raise Fatal(f"the list of topics: {error.name()}: {error.str()}") from refused
            self._tell(NOTHING, error.name())
            return NOTHING
        counts = {name: len(topics[name].partitions) for name in self._config.needed if name in topics}
        missing = tuple(name for name in self._config.needed if not counts.get(name))
        sight = Sight(reachable=True, missing=missing, partitions=tuple(counts.items()))
        self._tell(sight, "")
        return sight

    def _tell(self, sight: Sight, code: str) -> None:
        seen = replace(sight, partitions=())
        if seen == self._told:
            return
        self._told = seen
        servers = self._config.bootstrap_servers
        if not sight.reachable:
            self._telemetry.event("kafka_unreachable", bootstrap_servers=servers, code=code)
        elif sight.missing:
            remedy = "returns-consumer topics create"
            self._telemetry.event("topics_missing", topics=list(sight.missing), create_with=remedy)
