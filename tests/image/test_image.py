"""The image's recipe, and how its entry point behaves as the first process there is."""

import os
import shutil
import signal
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

from tests.testbed.get import get
from tests.testbed.missing import give_up
from tests.testbed.ports import free_port
from tests.testbed.waiting import wait_until

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "Dockerfile").read_text()
GRACE = 50


def test_the_recipe_pins_what_it_installs_and_invents_no_digest() -> None:
    assert "--require-hashes --only-binary=:all: --requirement requirements.lock" in RECIPE
    assert RECIPE.count("FROM ${BASE}") == len(("build", "image"))
    assert "@sha256:" not in "".join(line for line in RECIPE.splitlines() if not line.startswith("#"))


def test_the_image_runs_as_a_number_and_by_the_console_script() -> None:
    last = RECIPE.rpartition("FROM ")[2]

    assert "USER 10001:10001" in last
    assert 'ENTRYPOINT ["returns-consumer"]' in last
    assert "\nHEALTHCHECK" not in RECIPE


def test_only_what_the_recipe_copies_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = {
        word
        for line in RECIPE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }

    assert "*" in ignored
    assert sent == copied


def test_as_the_first_process_it_ends_with_0_when_told_to(tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "config.yaml"
    config.write_text(
        "kafka: {bootstrap_servers: '127.0.0.1:1'}\n"
        "api: {base_url: 'https://vendor.example', auth: none}\n"
        f"http: {{host: 127.0.0.1, port: {port}}}\n"
        f"ledger: {{url: 'sqlite:///{tmp_path}/ledger.db'}}\n"
    )
    log = tmp_path / "log"
    with log.open("w") as out:
        outside = subprocess.Popen(
            [*_new_namespace(), Path(sys.executable).parent / "returns-consumer", "run", "--config", config],
            stdout=out,
            stderr=out,
        )
    try:
        wait_until(lambda: "kafka_unreachable" in log.read_text(), within=GRACE, what="it looks for the broker")
        (first,) = Path(f"/proc/{outside.pid}/task/{outside.pid}/children").read_text().split()
        status = Path(f"/proc/{first}/status").read_text()
        assert status.partition("NSpid:")[2].splitlines()[0].split()[-1] == "1"
        assert get(f"http://127.0.0.1:{port}/livez").status == HTTPStatus.OK

        os.kill(int(first), signal.SIGTERM)

        assert outside.wait(GRACE) == 0, log.read_text()
    finally:
        outside.kill()
        outside.wait()


def _new_namespace() -> list[str]:
    """A command before a command that makes it the first process."""
    unshare = shutil.which("unshare")
    if unshare is None:
        give_up("PID namespace", FileNotFoundError("install util-linux, which has unshare"))
    command = [
        unshare,
        *(() if os.geteuid() == 0 else ("--user", "--map-root-user")),
        "--pid",
        "--fork",
        "--kill-child",
    ]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        give_up("PID namespace", PermissionError(tried.stderr.strip()))
    return command
