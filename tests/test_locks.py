"""What is installed is what was locked."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock", "requirements-otel.lock")


def locked(name: str) -> dict[str, str]:
    """Each requirement of a lock, with its version."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()

    assert re.findall(r"://|--(?:index|extra-index|find-links|trusted-host)\S*|@ ", text) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_locked_by_hash(name: str) -> None:
    entries = (ROOT / name).read_text().replace("\\\n", "").splitlines()

    assert entries
    assert [entry for entry in entries if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_the_locks_agree_on_every_version(name: str) -> None:
    everything = locked("requirements-build.lock") | locked("requirements-dev.lock")
    here = locked(name)

    assert {each: everything.get(each) for each in here} == here


def test_the_lock_with_spans_is_all_that_the_program_needs_to_run_and_send_them() -> None:
    here = locked("requirements-otel.lock")

    assert locked("requirements.lock").items() <= here.items()
    assert {"opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"} <= here.keys()
