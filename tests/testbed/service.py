"""The product itself, as an operator starts it: a process with settings in its environment."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.testbed.get import Page, get
from tests.testbed.ports import free_port
from tests.testbed.process import Process, Program
from tests.testbed.waiting import wait_until

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 60


class Service:
    """One instance of `returns-consumer run`.

    The settings are named as in the contract (`{"kafka.bootstrap_servers": …, "api.base_url": …}`) and their values
    are plain: numbers, texts, lists, maps. The instance runs in `folder`, so a relative ledger lies there, and every
    start of this object appends to the log in it. Two instances that share a folder share the ledger in it.
    """

    def __init__(self, folder: Path, settings: Mapping[str, object], *, name: str = "service") -> None:
        self._port = free_port()
        self._folder = folder
        self._settings = {"http.host": "127.0.0.1", "http.port": self._port, **settings}
        self._process: Process | None = None
        self.log = folder / f"{name}.log"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()

    def start(self) -> None:
        """Start it, or start it again, without waiting."""
        self._process = Process(
            Program(
                command=[sys.executable, "-m", "consumer", "run"],
                folder=self._folder,
                log=self.log,
                environment=surroundings() | environment(self._settings) | {"PYTHONPATH": str(ROOT)},
            ),
        )

    def wait_until_ready(self, *, within: float = START_SECONDS) -> None:
        """Return once `/readyz` says 200."""
        self._running().wait_until_ready("the service", self.ready, within=within)

    def ready(self) -> bool:
        """Whether `/readyz` says 200."""
        try:
            return self.page("/readyz").status == HTTPStatus.OK
        except OSError:
            return False

    def page(self, path: str) -> Page:
        """What its port answers, for example at `/metrics`; OSError if it does not."""
        return get(f"http://127.0.0.1:{self._settings['http.port']}{path}")

    def events(self) -> list[dict[str, object]]:
        """What it logged, as JSON objects; other lines (a traceback) are left out."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def wait_for_log(self, text: str, *, within: float = START_SECONDS) -> None:
        """Return once this text is in the log."""
        wait_until(lambda: text in self.log.read_text(), within=within, what=f"{text!r} in {self.log}")

    def kill9(self) -> None:
        """End it as a power cut would."""
        self._running().kill()

    def sigterm(self) -> None:
        """Ask it to stop; `wait` tells how it ended."""
        self._running().send(signal.SIGTERM)

    def wait(self, *, within: float = STOP_SECONDS) -> int:
        """Its exit code; TimeoutError with the end of its log if it goes on."""
        return self._running().wait(within=within)

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; a negative number is the signal that ended it."""
        return self._running().exit_code

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("this service was never started")
        return self._process


def surroundings() -> dict[str, str]:
    """Our own environment without any setting of a developer's own service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CONSUMER_")}


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """The settings as environment variables; lists and maps as JSON."""
    return {
        f"CONSUMER_{name.upper().replace('.', '__')}": value if isinstance(value, str) else json.dumps(value)
        for name, value in settings.items()
    }
