"""Where spans are sent, by OpenTelemetry's own variables."""

import os
import threading
from collections.abc import Iterator

import pytest

from consumer.adapters.traces import Export, export
from tests.testbed.collector import Collector


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


def sent(name: str) -> None:
    exporting = Export("1.2.3")
    exporting.tracer().start_span(name).end()
    exporting.close()


def test_what_is_left_at_the_end_is_sent_under_our_name(collector: Collector) -> None:
    sent("a last span")

    assert [span.name for span in collector.spans()] == ["a last span"]
    (who,) = collector.resources()
    assert (who["service.name"], who["service.version"]) == ("returns-consumer", "1.2.3")


def test_the_operators_name_wins_over_ours(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "returns-north")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=production")

    sent("a span")

    (who,) = collector.resources()
    assert (who["service.name"], who["deployment.environment.name"]) == ("returns-north", "production")


def test_the_operators_sampler_decides(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")

    sent("a span")

    assert collector.spans() == []


def test_a_collector_that_does_not_answer_keeps_nobody(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "LAST_WORDS", 0.01)
    collector.resume.clear()

    sent("a span that nobody takes")

    (waiting,) = [thread for thread in threading.enumerate() if thread.name == "last-spans"]
    assert waiting.daemon
    collector.resume.set()
    waiting.join()
