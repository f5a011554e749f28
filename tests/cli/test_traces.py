"""Whether spans are asked for, and what is said where they cannot be had."""

import subprocess
import sys
from pathlib import Path

import pytest

from consumer.settings import are_traces_wanted, is_otel_installed, trace_problems, traces
from tests.cli.test_cli import RIGHT, ran
from tests.end_to_end.instance import environment

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


def problems(environ: dict[str, str], *, installed: bool = True) -> list[str]:
    return list(trace_problems(environ, lambda: installed))


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "returns"}, False),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector:4318"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": ""}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "TRUE"}, False),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "false"}, True),
    ],
)
def test_spans_are_asked_for_by_opentelemetrys_own_variables(environ: dict[str, str], wanted: bool) -> None:  # noqa: FBT001 - a case
    assert are_traces_wanted(environ) is wanted
    assert bool(problems(environ, installed=False)) is wanted
    assert problems(environ) == []


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER: must be otlp or none, not 'zipkin'"),
        (
            ENDPOINT | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            (
                "OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf, not 'grpc'; "
                "give the endpoint that the collector has for it, usually port 4318"
            ),
        ),
    ],
)
def test_what_cannot_be_sent_is_a_line_with_its_remedy(environ: dict[str, str], line: str) -> None:
    assert problems(environ) == [line]


def test_the_protocol_of_the_spans_wins_over_that_of_all() -> None:
    environ = ENDPOINT | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}

    assert problems(environ) == []


def test_the_missing_extra_is_named_by_the_variable_that_asks_for_it() -> None:
    (line,) = problems(ENDPOINT, installed=False)

    assert line == (
        "OTEL_EXPORTER_OTLP_ENDPOINT: asks for spans, which need more packages: "
        "pip install 'returns-consumer[otel]'; or set OTEL_TRACES_EXPORTER=none"
    )


def test_the_extra_is_there_or_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    here = is_otel_installed()
    monkeypatch.setattr(traces, "PACKAGE", "a-package-that-nobody-has")

    assert (here, is_otel_installed()) == (True, False)


@pytest.mark.parametrize("verb", ["run", "check"])
def test_spans_that_cannot_be_had_end_with_2_beside_what_else_is_wrong(verb: str) -> None:
    result = ran(verb, **RIGHT, CONSUMER_KAFKA__WINDOW="0", OTEL_TRACES_EXPORTER="zipkin")

    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["kafka.window", "OTEL_TRACES_EXPORTER"]


def test_what_opentelemetry_refuses_itself_ends_with_2_and_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "consumer", "run"],
        env=environment(RIGHT | ENDPOINT | {"OTEL_BSP_MAX_QUEUE_SIZE": "-1"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == ("OpenTelemetry's variables: max_queue_size must be a positive integer.\n")


def test_a_verb_that_makes_no_spans_does_not_ask_for_them(tmp_path: Path) -> None:
    ledger = {"CONSUMER_LEDGER__URL": f"sqlite:///{tmp_path}/ledger.db"}
    ran("migrate", **RIGHT, **ledger)

    result = ran("explain", "r1", **RIGHT, **ledger, OTEL_TRACES_EXPORTER="zipkin")

    assert "OTEL" not in result.output
    assert result.exit_code != 2
