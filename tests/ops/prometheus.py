"""A real Prometheus that scrapes an instance each second, with the rendered rules sped up."""

import json
import re
import shutil
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

FASTER = 30
SHORTEST = 4
"""Seconds a window needs to hold samples of each second's scrape."""
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
START_SECONDS = 30


def sped_up(expression: str, topic: str) -> str:
    """The same rule, 30 times faster, for another topic of returns."""
    faster = re.sub(r"\[(\d+)([smhd])\]", lambda found: f"[{_seconds(*found.groups())}s]", expression)
    return faster.replace('topic="return-transactions"', f'topic="{topic}"')


def _seconds(number: str, unit: str) -> int:
    return max(SHORTEST, int(number) * UNITS[unit] // FASTER)


class Prometheus:
    """Runs while it is entered."""

    def __init__(self, folder: Path, *, target: str, topic: str) -> None:
        program = shutil.which("prometheus")
        if program is None:
            give_up("Prometheus", MissingPartError("install Prometheus (Debian: prometheus)"))
        self._port = free_port()
        folder.mkdir()
        (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": [_group(each, topic) for each in groups()]}))
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(_config(target)))
        self._program = Program(
            command=[
                program,
                "--config.file=prometheus.yaml",
                "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{self._port}",
                "--log.level=warn",
            ],
            folder=folder,
            log=folder / "prometheus.log",
        )

    def __enter__(self) -> Self:
        self._process = Process(self._program)
        self._process.wait_until_ready("Prometheus", self._ready, within=START_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The series that the expression has now."""
        page = get(f"http://127.0.0.1:{self._port}/api/v1/query?{urlencode({'query': expression})}")
        answer = json.loads(page.text)
        assert answer["status"] == "success", (expression, answer)
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """The alerts that fire now."""
        return {each["metric"]["alertname"] for each in self.ask('ALERTS{alertstate="firing"}')}

    def _ready(self) -> bool:
        try:
            return get(f"http://127.0.0.1:{self._port}/-/ready").status == 200
        except OSError:
            return False


def _group(group: dict[str, Any], topic: str) -> dict[str, Any]:
    rules = [
        {
            **rule,
            "expr": sped_up(rule["expr"], topic),
            **({"for": f"{_seconds(rule['for'][:-1], rule['for'][-1])}s"} if "for" in rule else {}),
        }
        for rule in group["rules"]
    ]
    return {"name": group["name"], "interval": "1s", "rules": rules}


def _config(target: str) -> dict[str, Any]:
    static = {"targets": [target], "labels": {"namespace": "shop"}}
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "r-returns-consumer", "static_configs": [static]}],
    }
