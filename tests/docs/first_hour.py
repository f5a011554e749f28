"""Types the commands of docs/first_hour.md at a shell: `python -m tests.docs.first_hour` writes what they print."""

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.end_to_end.instance import environment
from tests.testbed.get import get
from tests.testbed.parts import own_broker
from tests.testbed.ports import free_port, listens
from tests.testbed.process import leash
from tests.testbed.waiting import wait_until

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first_hour.md"
SECONDS = 90
ONE_ANSWER = 3
PROMPT, MORE = "$ ", "> "
TOPICS = {
    "CONSUMER_TOPICS__RETURNS": "return-transactions",
    "CONSUMER_TOPICS__EARNS": "earn-events",
    "CONSUMER_TOPICS__RESULTS": "revoke-outcomes",
    "CONSUMER_TOPICS__DEAD_LETTERS": "return-transactions.dead-letters",
}
ALIKE = (
    (re.compile(r"\b(?!2025-11-1[34])20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\b"), "2026-11-24 09:00:00"),
    (re.compile(r"\bsandbox-\d+\b"), "sandbox-1"),
    (re.compile(r"\btried as [\w-]+"), "tried as returns-consumer-1"),
)
"""What differs from hour to hour, and what the page shows for it; the days of its own records stay."""


def of_its_own(name: str) -> str:
    """A name as long as this one that nobody else has, so that columns stay as wide."""
    return f"z{uuid.uuid4().hex}"[: len(name)]


class Hour:
    """A shell in a folder of its own, where the names that the page shows stand for real ones."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self._folder = folder
        self._vendor, self._http = free_port(), free_port()
        topics = {name: (shown, of_its_own(shown)) for name, shown in TOPICS.items()}
        self._group = of_its_own("returns-consumer")
        # The longest first, as one name begins like another.
        self._names = {
            **dict(sorted(topics.values(), reverse=True)),
            "localhost:9092": bootstrap,
            "127.0.0.1:8090": f"127.0.0.1:{self._vendor}",
            "--port 8090": f"--port {self._vendor}",
        }
        settings = {name: real for name, (_, real) in topics.items()} | {
            "CONSUMER_KAFKA__GROUP_ID": self._group,
            "CONSUMER_HTTP__PORT": str(self._http),
        }
        self._environment = environment(settings) | {"PATH": f"{commands(folder)}:{os.environ['PATH']}"}
        self._screen = folder / "screen"
        self._typed = 0

    def __enter__(self) -> Self:
        until_groups_are_kept(self._names["localhost:9092"])
        with self._screen.open("ab") as screen:
            self._shell = subprocess.Popen(
                [*leash(), "bash", "--norc", "--noprofile"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=screen,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.communicate()

    def type(self, command: str) -> str:
        """What the command prints, once it has come to its end and to its effect."""
        start = self._screen.stat().st_size
        self._typed += 1
        end = f"--- command {self._typed} ---\n"
        real = command
        for shown, name in self._names.items():
            real = real.replace(shown, name)
        if self._shell.stdin is None:
            raise RuntimeError("a shell without a keyboard")
        self._shell.stdin.write(f"{real}\necho {end}")
        self._shell.stdin.flush()
        wait_until(lambda: self._seen(start).endswith(end), within=SECONDS, what=f"the end of {command}")
        self._until_it_has_its_effect(command)
        return self._as_shown(self._seen(start).removesuffix(end))

    def _seen(self, start: int) -> str:
        return self._screen.read_bytes()[start:].decode()

    def _as_shown(self, text: str) -> str:
        for shown, name in self._names.items():
            text = text.replace(name, shown)
        text = text.replace(self._group, "returns-consumer")
        for pattern, same in ALIKE:
            text = pattern.sub(same, text)
        return re.sub(r"[ ]+$", "", text, flags=re.MULTILINE)

    def _until_it_has_its_effect(self, command: str) -> None:
        """A person looks before going on; so do we."""
        if command.startswith("returns-consumer sandbox"):
            wait_until(lambda: listens(self._vendor), within=SECONDS, what="the sandbox listens")
        elif command.startswith("returns-consumer run"):
            wait_until(self._is_ready, within=SECONDS, what="the service is ready")
        elif "< earns.txt" in command:
            wait_until(lambda: self._earns() == 3, within=SECONDS, what="the earns are in the ledger")

    def _is_ready(self) -> bool:
        try:
            return get(f"http://127.0.0.1:{self._http}/readyz").status == 200
        except OSError:
            return False

    def _earns(self) -> int:
        with closing(sqlite3.connect(self._folder / "ledger.db")) as ledger:
            return int(ledger.execute("SELECT count(*) FROM earns").fetchone()[0])


def until_groups_are_kept(bootstrap: str) -> None:
    """A new broker makes the topic of its groups when it is first asked for one, and knows none until then."""

    def known() -> bool:
        # A client that asked too early may wait for its answer for long, so each try has one of its own.
        admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        try:
            admin.describe_consumer_groups(["none"], request_timeout=ONE_ANSWER)["none"].result()
        except KafkaException:
            return False
        return True

    wait_until(known, within=SECONDS, what="the broker keeps groups")


def commands(folder: Path) -> Path:
    """A folder with the programs that the page calls; the page's own files lie beside it as in a checkout."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for part in ("docs", "schemas"):
        (folder / part).symlink_to(ROOT / part)
    python = [*leash(), sys.executable]
    programs: Mapping[str, list[str]] = {
        "returns-consumer": [*python, "-m", "consumer"],
        "python": python,
        "kafka-console-producer.sh": [*python, "-m", "tests.docs.console_producer"],
    }
    for name, words in programs.items():
        program = bin_folder / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        program.chmod(0o755)
    return bin_folder


def played(page: str, hour: Hour) -> str:
    """The page with each command's real print below it; everything else as it stands."""
    return "\n".join([*_lines(page.splitlines(), hour), ""])


def _lines(lines: list[str], hour: Hour) -> Iterator[str]:
    inside, command = False, list[str]()
    for line in lines:
        fence = line.startswith("```")
        if command and not line.startswith(MORE):
            yield from hour.type("\n".join(command)).splitlines()
            command = []
        if fence:
            inside = line == "```console"
        if inside and line.startswith((PROMPT, MORE)):
            command.append(line[len(PROMPT) :])
            yield line
        elif not inside or fence:
            yield line


def main() -> None:
    """Bring the page in step."""
    with closing(own_broker()) as broker, TemporaryDirectory() as folder:
        broker.start()
        with Hour(broker.bootstrap, Path(folder)) as hour:
            text = played(PAGE.read_text(encoding="utf-8"), hour)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
