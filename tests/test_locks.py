"""What is installed is what was locked."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXTRAS = {
    "requirements-otel.lock": {"opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"},
    "requirements-msk.lock": {"aws-msk-iam-sasl-signer-python"},
}
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock", *EXTRAS)


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


def test_whatever_is_set_up_for_development_and_ci_is_checked_against_the_locks() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", "setup"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    installs = [line for line in told.stdout.replace("\\\n", "").splitlines() if "pip install" in line]

    # Only the project itself has no hash: it is installed as it lies here, and brings nothing along.
    assert [line for line in installs if "--require-hashes" not in line] == [
        line for line in installs if "--no-deps --no-build-isolation --editable ." in line
    ]
    assert {name for name in LOCKS if any(name in line for line in installs)} == {
        "requirements.lock",
        "requirements-build.lock",
        "requirements-dev.lock",
    }


def test_ci_installs_nothing_of_python_but_by_make() -> None:
    assert not re.search(r"\bpip\b(?! install --require-hashes)", (ROOT / ".ci" / "run").read_text())


def test_the_image_takes_only_what_has_a_hash() -> None:
    commands = (ROOT / "Dockerfile").read_text().replace("\\\n", "").replace("\n", "&&").split("&&")
    installs = [command for command in commands if re.search(r"/pip .*\binstall\b", command)]

    assert len(installs) == 3
    assert [each for each in installs if "--require-hashes" not in each and "--no-deps" not in each] == []


def test_the_audit_looks_at_every_lock_and_takes_no_silence_for_an_answer() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", "audit"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert [name for name in LOCKS if name not in told.stdout] == []
    assert "pip-audit --strict" in told.stdout


@pytest.mark.parametrize("name", EXTRAS)
def test_the_lock_of_an_extra_is_all_that_the_program_needs_to_run_with_it(name: str) -> None:
    here = locked(name)

    assert locked("requirements.lock").items() <= here.items()
    assert EXTRAS[name] <= here.keys()
