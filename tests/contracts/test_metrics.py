"""The names and labels that dashboards and alerts are built on, and what makes them move."""

import re
import subprocess
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics import exposition

from consumer.adapters.kafka.telling import KafkaTelemetry
from consumer.adapters.metrics import Build, Families, Metrics, Snapshot, SnapshotCollector, SourceTopics, totals
from consumer.core.model import Coordinates, EventId, Millis, Record
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome
from consumer.core.phase import Phase
from consumer.ports import Completion, Message, Operation, Partition, Telemetry
from tests.contracts.metric_names import METRICS
from tests.helm.tools import promtool

NOW = Millis(1_795_000_000_000)
RETURNS = "return-transactions"
EARNS = "earn-events"
TRACE = "0af7651916cd43dd8448eb211c80319c"

A_SNAPSHOT = Snapshot(
    events_in_flight=3,
    oldest_in_flight=NOW,
    redelivered_if_killed=4,
    paused_partitions=1,
    assigned_partitions=2,
    join_state="steady",
    offset_map_used={0: 0.25},
    phase=Phase.HOLDING,
    holds=frozenset({"api"}),
    circuit="open",
    lanes_working=1,
    lanes_waiting=2,
    largest_lane=7,
    quota_limit_per_minute=475,
    quota_share=0.5,
    quota_used=0.1,
    quota_blocked_until=None,
    credential_expiry={"token": NOW},
    memory_limit=512 * 1024 * 1024,
)


class Watched:
    """Metrics with the registry and the log lines that a test looks at."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.told: list[dict[str, object]] = []
        build = Build(version="1", revision="abc", python="3.11", librdkafka="2.16")
        self.families = Families(self.registry, build)
        self.metrics = Metrics(self.families, SourceTopics(returns=RETURNS, earns=EARNS), self._tell, lambda: NOW)
        self.snapshot = A_SNAPSHOT
        SnapshotCollector(self.registry, lambda: self.snapshot)

    def _tell(self, name: str, **fields: object) -> None:
        self.told.append({"event": name, **fields})

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"returns_{name}", labels)

    def series(self) -> set[str]:
        """Each by its name and labels."""
        return {line.rpartition(" ")[0] for line in self.page().splitlines() if line.startswith("returns_")}

    def page(self) -> str:
        return generate_latest(self.registry).decode()

    def openmetrics(self) -> str:
        page: bytes = exposition.generate_latest(self.registry)  # type: ignore[no-untyped-call] # untyped there
        return page.decode()


@pytest.fixture
def watched() -> Watched:
    return Watched()


def a_completion(topic: str = RETURNS, *, status: OutcomeStatus | None = None, reason: str | None = None) -> Completion:
    message = Message(key=None, value=b"", headers=())
    return Completion(
        record=Record(
            source=Coordinates(topic, 0, 1),
            epoch=1,
            key=None,
            value=b"",
            headers=(("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode()),),
            timestamp=Millis(NOW - 2000),
        ),
        outcome=None if status is None else message,
        dead_letter=None if reason is None else message,
        status=status,
        dead_letter_reason=reason,
    )


def an_outcome() -> RevokeOutcome:
    return RevokeOutcome(
        outcome_id="o",
        event_id=EventId("e"),
        cause=OutcomeCause.RETURN,
        source=Coordinates(RETURNS, 0, 1),
        org_id=None,
        customer_id=None,
        bill_numbers=(),
        status=OutcomeStatus.REVOKED,
        verdicts=(),
        error_codes=(),
        reason=None,
        dead_lettered=False,
        attempts=1,
        request_ids=(),
        returned_at=None,
        decided_at=NOW,
    )


@pytest.mark.parametrize(("name", "labels"), METRICS.items())
def test_every_metric_of_the_contract_has_its_name_and_labels(name: str, labels: set[str], watched: Watched) -> None:
    watched.metrics.lag(Partition(RETURNS, 0), 5)

    series = re.findall(rf"^returns_{name}(?:_bucket|_count)?(?:{{(.*)}})? ", watched.page(), flags=re.MULTILINE)

    assert series
    for pairs in series:
        assert set(re.findall(r'(\w+)="', pairs)) - {"le"} == labels


def test_what_can_happen_stands_at_0_before_it_does(watched: Watched) -> None:
    for status in OutcomeStatus:
        assert watched.value("events_total", status=status) == 0
    for code in ("729", "730", "731", "404", "400", "exhausted", "undecodable", "invalid", "tombstone", "other"):
        assert watched.value("dead_letters_total", code=code) == 0
    for operation, code in product(("revoke", "listing", "token"), ("200", "408", "429", "521", "timeout", "other")):
        assert watched.value("api_requests_total", operation=operation, code=code) == 0
        assert watched.value("api_request_duration_seconds_count", operation=operation, code=code) == 0
    assert watched.value("publish_total", kind="dlt", result="error") == 0
    assert watched.value("rebalances_total", type="lost") == 0
    assert watched.value("events_consumed_total", topic=EARNS) == 0


def test_what_happens_makes_no_series(watched: Watched) -> None:
    before = watched.series()

    for code in ("200", "503", "timeout", "418"):
        watched.metrics.called("revoke", code, 0.1)
    watched.metrics.transaction([a_completion(status=OutcomeStatus.FAILED, reason="729")], 0.01, committed=False)
    watched.metrics.renewed("error")
    watched.metrics.circuit_moved("half_open")
    watched.metrics.ledger_failed("read")

    assert watched.series() == before


def test_no_series_tells_when_another_was_created(watched: Watched) -> None:
    assert "_created" not in watched.page()
    assert "_created" not in watched.openmetrics()


def test_a_committed_transaction_counts_outcomes_late_earns_and_dead_letters(watched: Watched) -> None:
    watched.metrics.transaction(
        [
            a_completion(status=OutcomeStatus.REVOKED),
            a_completion(status=OutcomeStatus.FAILED, reason="729"),
            a_completion(EARNS, status=OutcomeStatus.REVOKED),
            a_completion(EARNS, reason="undecodable"),
            a_completion(EARNS),
        ],
        0.01,
        committed=True,
    )

    assert watched.value("events_total", status="REVOKED") == 1
    assert watched.value("events_total", status="FAILED") == 1
    assert watched.value("late_earns_total") == 1
    assert watched.value("dead_letters_total", code="729") == 1
    assert watched.value("dead_letters_total", code="undecodable") == 1
    assert watched.value("publish_total", kind="outcome", result="ok") == 3
    assert watched.value("commits_total", result="ok") == 1
    assert watched.value("last_commit_timestamp_seconds") == NOW / 1000
    assert watched.value("event_to_outcome_seconds_sum", outcome="REVOKED") == 2.0


def test_those_who_look_are_told_the_same_sums(watched: Watched) -> None:
    watched.metrics.transaction(
        [a_completion(status=OutcomeStatus.FAILED, reason="729"), a_completion(EARNS, status=OutcomeStatus.REVOKED)],
        0.01,
        committed=True,
    )
    for operation in get_args(Operation):
        watched.metrics.called(operation, "200", 0.1)
    watched.metrics.lag(Partition(RETURNS, 3), 12)

    told = totals(watched.families)

    assert (told.outcomes, told.calls, told.lag) == (2, 2, {Partition(RETURNS, 3): 12})
    assert {code: count for code, count in told.dead_letters.items() if count} == {"729": 1}
    assert told.dead_letters["tombstone"] == 0


def test_an_aborted_transaction_counts_nothing_as_published(watched: Watched) -> None:
    watched.metrics.transaction([a_completion(status=OutcomeStatus.FAILED, reason="729")], 0.01, committed=False)

    assert watched.value("events_total", status="FAILED") == 0
    assert watched.value("dead_letters_total", code="729") == 0
    assert watched.value("publish_total", kind="dlt", result="error") == 1
    assert watched.value("commits_total", result="error") == 1


def test_the_freshness_of_an_outcome_leads_to_its_trace(watched: Watched) -> None:
    watched.metrics.transaction([a_completion(status=OutcomeStatus.REVOKED)], 0.01, committed=True)

    assert f'# {{trace_id="{TRACE}"}} 2.0' in watched.openmetrics()


def test_what_no_set_foresees_is_counted_as_other(watched: Watched) -> None:
    watched.metrics.called("revoke", "418", 0.1)
    watched.metrics.retried("never heard of")
    watched.metrics.failed("_NEW_ERROR")

    assert watched.value("api_requests_total", operation="revoke", code="other") == 1
    assert watched.value("api_request_duration_seconds_count", operation="revoke", code="other") == 1
    assert watched.value("api_retries_total", reason="other") == 1
    assert watched.value("kafka_errors_total", code="other") == 1


def test_a_partition_that_went_leaves_no_lag_behind(watched: Watched) -> None:
    partition = Partition(RETURNS, 3)
    watched.metrics.lag(partition, 12)
    assert watched.value("consumer_lag", topic=RETURNS, partition="3") == 12

    watched.metrics.forget(partition)
    watched.metrics.forget(partition)

    assert watched.value("consumer_lag", topic=RETURNS, partition="3") is None


def test_a_broker_that_answers_no_more_leaves_no_round_trip_behind(watched: Watched) -> None:
    slowest = []

    for seconds in ({"old:9092": 0.5, "new:9092": 0.1}, {"new:9092": 0.1}, {}):
        watched.metrics.round_trips(seconds)
        slowest.append(watched.value("broker_rtt_seconds"))

    assert slowest == [0.5, 0.1, 0.0]


def test_what_is_so_is_looked_at_when_it_is_scraped(watched: Watched) -> None:
    assert watched.value("holding", reason="api") == 1
    assert watched.value("circuit_state", state="open") == 1

    watched.snapshot = replace(A_SNAPSHOT, phase=Phase.RUNNING, holds=frozenset(), circuit="closed", events_in_flight=0)

    assert watched.value("holding", reason="api") == 0
    assert watched.value("phase", phase="running") == 1
    assert watched.value("phase", phase="holding") == 0
    assert watched.value("circuit_state", state="closed") == 1
    assert watched.value("events_in_flight") == 0


def test_an_outcome_is_one_line_of_the_log_without_the_customer(watched: Watched) -> None:
    watched.metrics.settled(a_completion().record, an_outcome(), 0.5)

    assert [line["event"] for line in watched.told] == ["outcome"]
    assert (watched.told[0]["event_id"], watched.told[0]["offset"]) == ("e", 1)
    assert watched.told[0]["trace_id"] == TRACE
    assert "customer_id" not in watched.told[0]
    assert watched.value("event_processing_seconds_count", outcome="REVOKED") == 1


def test_the_latest_outcomes_are_remembered_and_no_more(watched: Watched) -> None:
    for number in range(100):
        watched.metrics.settled(a_completion().record, replace(an_outcome(), event_id=EventId(str(number))), 0.5)

    assert [outcome.event_id for outcome in watched.metrics.latest.newest_first()] == [str(99 - n) for n in range(20)]


def test_two_processes_in_one_test_do_not_share_their_counts() -> None:
    first, second = Watched(), Watched()

    first.metrics.consumed(RETURNS, 3)

    assert first.value("events_consumed_total", topic=RETURNS) == 3
    assert second.value("events_consumed_total", topic=RETURNS) == 0


def test_promtool_finds_nothing_to_criticise(watched: Watched) -> None:
    page = "".join(line for line in watched.page().splitlines(keepends=True) if "returns_" in line)

    checked = subprocess.run([promtool(), "check", "metrics"], input=page, text=True, capture_output=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_flow_and_the_kafka_thread_can_tell_their_news(watched: Watched) -> None:
    """The type checker proves it, at these two assignments."""
    flow: Telemetry = watched.metrics
    kafka: KafkaTelemetry = watched.metrics

    flow.throttled()
    kafka.rebalanced("lost")

    assert watched.value("quota_throttled_total") == 1
    assert watched.value("rebalances_total", type="lost") == 1
