"""A real Prometheus that scrapes releases each second, with the rules that each renders, sped up."""

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import yaml

from tests.ops.rules import groups
from tests.testbed.get import get
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.ports import free_port
from tests.testbed.process import Process, Program

FASTER = 40
SHORTEST = 4
"""Seconds a window needs to hold samples of each second's scrape."""
SHORTEST_OF = {"job:returns_cut_off:errors15m": 60}
"""The Kafka client may tell the same error only every half minute, however fast the rules are."""
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One release: its name, where it is scraped, and its topic of returns."""

    release: str
    address: str
    topic: str

    @property
    def job(self) -> str:
        """As the chart names it."""
        return f"{self.release}-returns-consumer"


def sped_up(expression: str, shortest: int = SHORTEST) -> str:
    """The same rule, 40 times faster, with no window shorter than so many seconds."""
    return re.sub(r"\[(\d+[smhd])\]", lambda found: f"[{max(shortest, _seconds(found[1]))}s]", expression)


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * UNITS[duration[-1]] // FASTER


class Prometheus:
    """Runs while it is entered."""

    def __init__(self, folder: Path, targets: Sequence[Target]) -> None:
        program = shutil.which("prometheus")
        if program is None:
            give_up("Prometheus", MissingPartError("install Prometheus (Debian: prometheus)"))
        self._port = free_port()
        self._jobs = {target.job: target.release for target in targets}
        folder.mkdir()
        for target in targets:
            (folder / f"{target.release}.rules").write_text(yaml.safe_dump({"groups": list(_rules(target))}))
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(_config(targets)))
        self._program = Program(
            command=[
                program,
                "--config.file=prometheus.yaml",
                "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{self._port}",
                "--log.level=warn",
                "--enable-feature=exemplar-storage",
            ],
            folder=folder,
            log=folder / "prometheus.log",
        )

    def __enter__(self) -> Self:
        self._process = Process(self._program)
        self._process.wait_until_ready("Prometheus", self._ready, within=PATIENCE_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The series that the expression has now."""
        found: list[dict[str, Any]] = self._answer("query", query=expression)["result"]
        return found

    def traces(self, metric: str) -> frozenset[str]:
        """The traces that exemplars of this metric lead to."""
        series = self._answer("query_exemplars", query=metric, start="0", end=str(2**32))
        return frozenset(each["labels"]["trace_id"] for one in series for each in one["exemplars"])

    def have_fired(self) -> dict[str, frozenset[str]]:
        """By release, the alerts that fire or have fired, each as NAME/severity."""
        fired: dict[str, set[str]] = {release: set() for release in self._jobs.values()}
        for each in self.ask('max by (job, alertname, severity) (max_over_time(ALERTS{alertstate="firing"}[1h]))'):
            labels = each["metric"]
            fired[self._jobs[labels["job"]]].add(f"{labels['alertname']}/{labels['severity']}")
        return {release: frozenset(alerts) for release, alerts in fired.items()}

    def _answer(self, endpoint: str, **asked: str) -> Any:
        page = get(f"http://127.0.0.1:{self._port}/api/v1/{endpoint}?{urlencode(asked)}", within=PATIENCE_SECONDS)
        answer = json.loads(page.text)
        assert answer["status"] == "success", (asked, answer)
        return answer["data"]

    def _ready(self) -> bool:
        try:
            return get(f"http://127.0.0.1:{self._port}/-/ready").status == 200
        except OSError:
            return False


def _rules(target: Target) -> Iterable[dict[str, Any]]:
    for group in groups(target.release, config__topics__returns=target.topic):
        rules = [
            {
                **rule,
                "expr": sped_up(rule["expr"], SHORTEST_OF.get(rule.get("record"), SHORTEST)),
                **({"for": f"{max(SHORTEST, _seconds(rule['for']))}s"} if "for" in rule else {}),
            }
            for rule in group["rules"]
        ]
        yield {"name": group["name"], "interval": "1s", "rules": rules}


def _config(targets: Sequence[Target]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["*.rules"],
        "scrape_configs": [
            {
                "job_name": target.job,
                "static_configs": [{"targets": [target.address], "labels": {"namespace": "shop"}}],
            }
            for target in targets
        ],
    }
