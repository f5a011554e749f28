"""The rules as the chart renders them, and what promtool says of them."""

import functools
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helm.chart import changed, example, one, rendered
from tests.helm.tools import promtool
from tests.ops.series import STEP, Samples, inputs

FIRING = 'group by (alertname, severity) (ALERTS{alertstate="firing"})'
EVERY = "1m"
"""Half as often as in production: twice as fast."""
Firing = frozenset[str]
"""Each as NAME/severity."""


def groups(release: str = "r", **changes: object) -> list[dict[str, Any]]:
    """The rule groups of the PrometheusRule that a release with these changed values renders."""
    values = changed(example("minimal"), prometheusRule__enabled=True, prometheusRule__disabled=[], **changes)
    found: list[dict[str, Any]] = one(rendered(values, release), "PrometheusRule")["spec"]["groups"]
    return found


def alerts() -> list[dict[str, Any]]:
    return [rule for group in groups() for rule in group["rules"] if "alert" in rule]


def recorded() -> list[dict[str, Any]]:
    return [rule for group in groups() for rule in group["rules"] if "record" in rule]


@functools.cache
def _text() -> str:
    """To read what Helm renders takes longer than many a test."""
    return json.dumps({"groups": groups()})


def write_rules(folder: Path) -> Path:
    file = folder / "rules.json"
    file.write_text(_text())
    return file


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Series, and the exact set of alerts that should fire at each of these minutes."""

    series: Mapping[str, Samples]
    fires: Mapping[int, Firing]

    def as_test(self) -> dict[str, object]:
        at = [
            {
                "expr": FIRING,
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": _labels(each), "value": 1} for each in sorted(firing)],
            }
            for minute, firing in self.fires.items()
        ]
        return {"interval": f"{STEP}s", "input_series": inputs(self.series), "promql_expr_test": at}


def complaints(folder: Path, *expected: Expected) -> str:
    """What promtool finds wrong with what is expected."""
    file = folder / "test.json"
    content = {
        "rule_files": [str(write_rules(folder))],
        "evaluation_interval": EVERY,
        "tests": [each.as_test() for each in expected],
    }
    file.write_text(json.dumps(content))
    done = subprocess.run([promtool(), "test", "rules", file], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    assert ("SUCCESS" in told) is (done.returncode == 0)
    return "" if done.returncode == 0 else told


def _labels(alert: str) -> str:
    name, _, severity = alert.partition("/")
    return f'{{alertname="{name}", severity="{severity}"}}'
