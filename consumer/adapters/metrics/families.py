"""Every metric there is: its name, what it tells, its labels. What is counted is made once for a registry."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

HOUR = 3600.0
SLO_SECONDS = 300.0
"""An outcome within so long after its record is in time; one edge of the buckets."""
FRESHNESS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, SLO_SECONDS, 900.0, HOUR, 4 * HOUR, 24 * HOUR)
WAITS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, HOUR)
CALLS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
COMMITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
COUNTS = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What runs."""

    version: str
    revision: str
    python: str
    librdkafka: str


class Maker:
    """Makes families with our prefix on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """What only grows."""
        return Counter(f"returns_{name}", text, labels, registry=self._registry)

    def histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        """How often each size came."""
        return Histogram(f"returns_{name}", text, labels, buckets=buckets, registry=self._registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """What is so now."""
        return Gauge(f"returns_{name}", text, labels, registry=self._registry)


class Records:
    """Records, and what became of them."""

    def __init__(self, make: Maker) -> None:
        self.consumed = make.counter("events_consumed_total", "Records admitted.", "topic")
        self.events = make.counter("events_total", "Outcomes of returns records, published.", "status")
        self.late_earns = make.counter("late_earns_total", "Outcomes of earns that came after their return, published.")
        self.released = make.counter("events_released_total", "Returns records let go on a revoke or a loss.")
        self.dead_letters = make.counter("dead_letters_total", "Dead letters published.", "code")
        self.freshness = make.histogram(
            "event_to_outcome_seconds", "From the record's timestamp to its acknowledged outcome.", FRESHNESS, "outcome"
        )
        self.processing = make.histogram(
            "event_processing_seconds", "From the record's admission to its decision.", FRESHNESS, "outcome"
        )


class Vendor:
    """Requests to the vendor, and what holds them up."""

    def __init__(self, make: Maker) -> None:
        self.requests = make.counter("api_requests_total", "Requests to the vendor.", "operation", "code")
        self.request_duration = make.histogram(
            "api_request_duration_seconds", "How long requests to the vendor took.", CALLS, "operation", "code"
        )
        self.retries = make.counter("api_retries_total", "Back-offs of lanes.", "reason")
        self.throttled = make.counter("quota_throttled_total", "Answers 429 of the vendor.")
        self.quota_wait = make.histogram("quota_wait_seconds", "How long a lane waited for its turn to call.", WAITS)
        self.circuit_transitions = make.counter("circuit_transitions_total", "Changes of the breaker.", "to")
        self.token_refreshes = make.counter("token_refresh_total", "Renewals of tokens and passwords.", "result")
        self.earns_per_request = make.histogram("earns_per_request", "Earns that one request carried.", COUNTS)
        self.events_per_request = make.histogram("events_per_request", "Events that one request served.", COUNTS)


class Kafka:
    """Transactions, the group and the brokers."""

    def __init__(self, make: Maker) -> None:
        self.published = make.counter("publish_total", "Messages published.", "kind", "result")
        self.publish_duration = make.histogram(
            "publish_duration_seconds", "How long a transaction took.", COMMITS, "kind", "result"
        )
        self.commits = make.counter("commits_total", "Ends of transactions.", "result")
        self.last_commit = make.gauge(
            "last_commit_timestamp_seconds", "When a transaction was committed last; 0: never."
        )
        self.last_poll = make.gauge("last_poll_timestamp_seconds", "When Kafka was polled last.")
        self.loop = make.counter("kafka_loop_seconds_total", "How the Kafka thread spends its time.", "part")
        self.rebalances = make.counter("rebalances_total", "Changes of the assignment.", "type")
        self.lag = make.gauge("consumer_lag", "Records from what is published to the log's end.", "topic", "partition")
        self.broker_rtt = make.gauge("broker_rtt_seconds", "Mean round trip to the slowest broker of late; 0: none.")
        self.errors = make.counter("kafka_errors_total", "Errors of the Kafka client.", "code")
        self.maps_ignored = make.counter(
            "offset_maps_ignored_total", "Commit metadata that could not be used.", "reason"
        )
        self.skipped = make.counter("events_skipped_total", "Records delivered that were published before.", "topic")
        self.dropped = make.counter("completions_dropped_total", "Results that came after their assignment was over.")


class Ledger:
    """Commits of the ledger."""

    def __init__(self, make: Maker) -> None:
        self.commit = make.histogram("ledger_commit_seconds", "How long a commit took.", COMMITS, "operation")
        self.group = make.histogram("ledger_group_size", "Requests in one commit.", COUNTS, "operation")
        self.errors = make.counter("ledger_errors_total", "Failed steps of the ledger, tried again.", "operation")


@dataclass(frozen=True, slots=True)
class Derived:
    """A gauge that is kept nowhere: each scrape derives it anew."""

    name: str
    text: str
    label: str = ""

    def at(self, value: float) -> Metric:
        """The gauge without labels."""
        return GaugeMetricFamily(f"returns_{self.name}", self.text, value=value)

    def by(self, values: Mapping[str, float]) -> Metric:
        """The gauge with a value for each of its label's."""
        family = GaugeMetricFamily(f"returns_{self.name}", self.text, labels=(self.label,))
        for value, number in values.items():
            family.add_metric((value,), number)
        return family


class State:
    """The process at the moment of a scrape."""

    phase = Derived("phase", "1 for the phase that is.", "phase")
    holding = Derived("holding", "1 for each reason to hold.", "reason")
    in_flight = Derived("events_in_flight", "Returns records admitted and without a committed outcome.")
    oldest = Derived("oldest_in_flight_event_timestamp_seconds", "Timestamp of the oldest; 0: none.")
    redelivered = Derived("redelivered_if_killed", "Records that a kill would deliver again.")
    lanes = Derived("lanes", "Customers with open events.", "state")
    largest_lane = Derived("largest_lane_events", "Events that wait for the busiest customer.")
    circuit = Derived("circuit_state", "1 for the breaker's state.", "state")
    quota_limit = Derived("quota_limit_per_minute", "Requests that this instance may make a minute.")
    quota_share = Derived("quota_share_ratio", "This instance's share of the group's quota.")
    quota_used = Derived("quota_used_ratio", "Requests of the last minute over those allowed.")
    quota_blocked = Derived("quota_blocked_until_timestamp_seconds", "Until when a 429 blocks; 0: not.")
    assigned = Derived("assigned_partitions", "Partitions of this instance.")
    paused = Derived("paused_partitions", "Partitions that are full.")
    join_state = Derived("group_join_state", "1 for the state of the membership in the group.", "state")
    map_used = Derived("offset_map_used_ratio", "How full a commit's metadata is.", "partition")
    expiry = Derived("credential_expiry_timestamp_seconds", "When credentials expire.", "kind")
    memory_limit = Derived("memory_limit_bytes", "The memory that the process may use; 0: no limit is known.")


class Families:
    """The metrics, made once for a registry."""

    def __init__(self, registry: CollectorRegistry, build: Build) -> None:
        # A `_created` gauge beside each counter and histogram would double the series and tell nothing.
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library left it untyped
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        Info("returns_build", "What runs.", registry=registry).info(asdict(build))
        make = Maker(registry)
        self.records = Records(make)
        self.vendor = Vendor(make)
        self.kafka = Kafka(make)
        self.ledger = Ledger(make)
