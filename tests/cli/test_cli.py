"""The verbs, as a person at a prompt meets them."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from consumer.adapters.ledger import schema_is_current
from consumer.cli import connect
from consumer.cli.causes import causes
from consumer.cli.verbs import app
from consumer.wiring import REFUSALS
from tests.contracts.ledger.values import made_by_a_newer_version

RIGHT = {
    "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
    "CONSUMER_API__AUTH": "none",
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("CONSUMER_", "OTEL_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{silent.getsockname()[1]}"


def ran(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(app, words, env=environ)


def stood_in(monkeypatch: pytest.MonkeyPatch, name: str, **members: object) -> None:
    """Put a part that a verb calls in the place of the real one."""
    module = ModuleType(name)
    vars(module).update(members)
    parent, _, child = name.rpartition(".")
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(import_module(parent), child, module, raising=False)


@pytest.mark.parametrize("verb", ["run", "check", "migrate"])
def test_wrong_settings_end_with_2_and_a_line_each(verb: str) -> None:
    result = ran(verb, CONSUMER_KAFKA__WINDOW="0", CONSUMER_API__AUTH="none")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert sorted(line.partition(":")[0] for line in result.stderr.splitlines()) == [
        "api.base_url",
        "kafka.bootstrap_servers",
        "kafka.window",
    ]


@pytest.mark.parametrize("verb", ["run", "check", "migrate", "demo"])
def test_every_verb_refuses_a_file_that_is_not_there(verb: str, tmp_path: Path) -> None:
    result = ran(verb, "--config", str(tmp_path / "nowhere.yaml"), **RIGHT)

    assert result.exit_code == 2
    assert result.stderr == (
        f"{tmp_path}/nowhere.yaml: cannot be read (No such file or directory); name a file that is there\n"
    )


def test_right_settings_are_called_fine() -> None:
    result = ran("check", **RIGHT, CONSUMER_PORT="tcp://10.0.0.1:80")

    assert (result.exit_code, result.stdout) == (0, "settings are fine\n")
    assert result.stderr.startswith("warning: CONSUMER_PORT is ignored")


def test_a_mistyped_verb_ends_with_2() -> None:
    assert ran("rum").exit_code == 2


@pytest.mark.parametrize("code", [0, 1])
def test_run_ends_as_the_service_did(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def run(settings: SimpleNamespace) -> int:
        seen.append(settings.kafka.bootstrap_servers)
        return code

    stood_in(monkeypatch, "consumer.wiring", run=run, REFUSALS=REFUSALS)

    assert ran("run", **RIGHT).exit_code == code
    assert seen == ["127.0.0.1:1"]


def test_run_tells_a_port_that_is_taken_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: object) -> int:
        raise OSError("cannot listen on port 8080") from OSError(98, "address already in use")

    stood_in(monkeypatch, "consumer.wiring", run=run, REFUSALS=REFUSALS)

    result = ran("run", **RIGHT)

    assert result.exit_code == 1
    assert result.stderr == "error: cannot listen on port 8080\n  cause: [Errno 98] address already in use\n"


@pytest.mark.parametrize(("kind", "name"), REFUSALS.items())
def test_what_a_part_refuses_when_it_starts_is_told_as_a_wrong_setting_is(
    kind: type[Exception], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object) -> int:
        raise kind("no\nand never")

    stood_in(monkeypatch, "consumer.wiring", run=run, REFUSALS=REFUSALS)

    result = ran("run", **RIGHT)

    assert (result.exit_code, result.stderr) == (2, f"{name}: no and never\n")


@pytest.mark.parametrize("verb", [("migrate",), ("explain", "r1")])
def test_the_ledger_of_a_newer_version_is_told_as_a_wrong_setting_is(verb: tuple[str, ...], tmp_path: Path) -> None:
    url = made_by_a_newer_version(f"sqlite:///{tmp_path}/ledger.db")

    result = ran(*verb, **RIGHT, CONSUMER_LEDGER__URL=url)

    assert result.exit_code == 2
    assert result.stderr.startswith("ledger.url: this version is older than the ledger's schema (9999; ")
    assert result.stderr.count("\n") == 1


def test_an_error_of_ours_is_not_dressed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: object) -> int:
        raise AssertionError("impossible")

    stood_in(monkeypatch, "consumer.wiring", run=run, REFUSALS=REFUSALS)

    assert isinstance(ran("run", **RIGHT).exception, AssertionError)


def test_the_sandbox_needs_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    async def run_sandbox(*, host: str, port: int) -> None:
        seen.append((host, port))

    stood_in(monkeypatch, "consumer.sandbox.vendor", run_sandbox=run_sandbox)

    assert ran("sandbox", "--port", "8090").exit_code == 0
    assert ran("sandbox", "--port", "0", "--host", "::1").exit_code == 0
    assert seen == [("127.0.0.1", 8090), ("::1", 0)]


def test_migrate_brings_the_ledger_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"

    result = ran("migrate", **RIGHT, CONSUMER_LEDGER__URL=url)

    assert (result.exit_code, result.stdout) == (0, "the ledger's schema is up to date\n")
    assert schema_is_current(url)


def test_migrate_tells_in_words_that_the_database_is_away(nobody: str) -> None:
    result = ran("migrate", **RIGHT, CONSUMER_LEDGER__URL=f"postgresql://u:s3cret@{nobody}/d")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert "s3cret" not in result.stderr


def test_check_names_all_that_is_away(monkeypatch: pytest.MonkeyPatch, nobody: str) -> None:
    monkeypatch.setattr(connect, "ASK", 0.5)
    away = {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": nobody,
        "CONSUMER_API__BASE_URL": f"http://{nobody}",
        "CONSUMER_SCHEMAS__REGISTRY_URL": f"http://{nobody}",
        "CONSUMER_LEDGER__URL": f"postgresql://u:s3cret@{nobody}/d",
    }

    result = ran("check", "--connect", **RIGHT | away)

    assert result.exit_code == 1
    assert [line.split()[:2] for line in result.stdout.splitlines()[1:]] == [
        ["problem", "kafka.bootstrap_servers:"],
        ["problem", "schemas.registry_url:"],
        ["problem", "ledger.url:"],
        ["problem", "api.base_url:"],
    ]
    assert "s3cret" not in result.output


def test_check_leaves_a_ledger_that_is_not_there_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(connect, "ASK", 0.1)

    result = ran("check", "--connect", **RIGHT, CONSUMER_LEDGER__URL=f"sqlite:///{tmp_path}/ledger.db")

    assert "ok      ledger.url: the ledger is not there yet" in result.stdout
    assert not (tmp_path / "ledger.db").exists()


def test_causes_say_each_thing_once_in_one_line() -> None:
    inner = ValueError("first\nsecond")
    outer = RuntimeError("first")
    outer.__cause__ = inner
    inner.__cause__ = KeyError()

    assert list(causes(outer)) == ["error: first", "  cause: KeyError"]


def test_help_and_version_answer_without_loading_a_client() -> None:
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from consumer.cli.verbs import app\n"
        "shown = CliRunner().invoke(app, ['--version']).stdout + CliRunner().invoke(app, ['run', '--help']).stdout\n"
        "assert 'returns-consumer' in shown and '--config' in shown, shown\n"
        "print([name for name in ('sqlalchemy', 'httpx', 'fastavro', 'alembic', 'aiohttp') if name in sys.modules])\n"
    )

    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert shown.stdout == "[]\n"


@pytest.mark.parametrize("verb", ["explain", "redrive"])
@pytest.mark.parametrize("customer", [2**63, -(2**63)])
def test_a_customer_that_no_record_can_name_is_refused(verb: str, customer: int) -> None:
    result = ran(verb, "--customer", str(customer), **RIGHT)

    assert (result.exit_code, "a customer's id is at most" in result.stderr) == (2, True)
