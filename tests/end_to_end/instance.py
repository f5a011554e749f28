"""One instance of the service as a process of its own, seen through its HTTP port and its log."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.testbed.get import Page, get
from tests.testbed.ports import free_port
from tests.testbed.process import Process, Program
from tests.testbed.waiting import wait_until

ROOT = Path(__file__).parents[2]
SECONDS = 60
SAMPLE = re.compile(r"^(returns_\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours, with these settings and no others."""
    inherited = {each: value for each, value in os.environ.items() if not each.startswith(("CONSUMER_", "OTEL_"))}
    return {**inherited, "PYTHONPATH": str(ROOT), **settings}


def run_verb(verb: str, settings: Mapping[str, str], folder: Path) -> str:
    """Run a verb that ends by itself with exit code 0; what it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "consumer", verb],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{verb} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Instance:
    """`python -m consumer run` with these settings; `program` may be another that does the same in its own way."""

    def __init__(
        self,
        folder: Path,
        name: str,
        settings: Mapping[str, str],
        *,
        program: Sequence[str] = ("-m", "consumer"),
        options: Sequence[str] = (),
    ) -> None:
        self.port = free_port()
        self.log = folder / f"{name}.log"
        own = {"CONSUMER_HTTP__PORT": str(self.port), "CONSUMER_HTTP__HOST": "127.0.0.1"}
        command = [sys.executable, *program, "run", *options]
        self.process = Process(
            Program(command=command, folder=folder, log=self.log, environment=environment({**settings, **own}))
        )

    def url(self, path: str) -> str:
        """The address of a page."""
        return f"http://127.0.0.1:{self.port}{path}"

    def page(self, path: str) -> Page | None:
        """None while nobody answers."""
        try:
            return get(self.url(f"/{path}"))
        except OSError:
            return None

    def status_of(self, path: str) -> int | None:
        page = self.page(path)
        return page.status if page else None

    def until_ready(self) -> None:
        """Return once it has its partitions."""
        self.process.wait_until_ready("the service", lambda: self.status_of("readyz") == 200, within=SECONDS)

    def metrics(self) -> list[tuple[str, dict[str, str], float]]:
        """The samples of /metrics; none while nobody answers."""
        page = self.page("metrics")
        found = SAMPLE.findall(page.text) if page else []
        return [(name, dict(LABEL.findall(labels)), float(value)) for name, labels, value in found]

    def metric(self, name: str, **labels: str) -> float:
        """The sum of this metric's samples that have these labels."""
        return sum(
            value for each, has, value in self.metrics() if each == f"returns_{name}" and labels.items() <= has.items()
        )

    def until_metric(self, name: str, value: float, *, within: float, **labels: str) -> None:
        """Wait for a metric to have this value."""
        wait_until(lambda: self.metric(name, **labels) == value, within=within, what=f"{name} {labels} is {value}")

    def events(self, name: str) -> Iterator[dict[str, Any]]:
        """The log's lines of this event."""
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                fields = json.loads(line)
                if fields.get("event") == name:
                    yield fields

    def kill(self) -> None:
        self.process.kill()

    def stop(self, *, within: float = SECONDS) -> int:
        """SIGTERM, then the exit code."""
        self.process.send(signal.SIGTERM)
        return self.process.wait(within=within)
