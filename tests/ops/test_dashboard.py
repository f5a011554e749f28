"""The dashboard as committed: Grafana's lint rules, metrics that exist, thresholds of the alerts."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops import dashboard, thresholds
from ops.rows import ROWS
from tests.helm.tools import promtool
from tests.ops.a_page import labels_by_name
from tests.ops.asked import asked
from tests.ops.rules import alerts, recorded

FILE = Path(__file__).parents[2] / "helm" / "files" / "dashboard.json"
UNITS = {"percentunit", "s", "reqps", "short", "bytes", "cores", "x"}
BOARD: dict[str, Any] = json.loads(FILE.read_text())
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]
UNRATED = yaml.safe_load(FILE.with_name(".lint").read_text())["exclusions"]["target-counter-agg-rule"]
MEANT = {entry["panel"] for entry in UNRATED["entries"]}
"""Panels that show counters as they are."""
RATES = [target["expr"] for panel in PANELS if panel["title"] not in MEANT for target in panel["targets"]]
SOURCE = {"type": "prometheus", "uid": "$datasource"}
COUNTER_END = re.compile(r"returns_\w+_(?:total|bucket|count|sum)\b")
RATED = re.compile(r"(?:rate|increase|changes)\(returns_\w+\{[^}]*\}\[[^]]+\]\)")


def variables() -> Iterator[dict[str, Any]]:
    yield from BOARD["templating"]["list"]


def test_what_is_committed_is_what_the_code_writes() -> None:
    assert FILE.read_text() == dashboard.text()


def test_each_exception_to_the_lint_rules_has_a_reason_and_a_panel() -> None:
    assert UNRATED["reason"]
    assert {panel["title"] for panel in PANELS} >= MEANT
    assert {entry["dashboard"] for entry in UNRATED["entries"]} == {BOARD["title"]}


def test_it_is_provisioned_as_it_is() -> None:
    assert (BOARD["uid"], BOARD["editable"], BOARD["refresh"]) == ("returns-consumer", False, "30s")
    assert BOARD["time"] == {"from": "now-6h", "to": "now"}
    assert BOARD["schemaVersion"] >= 39
    assert BOARD["tags"]
    assert "__inputs" not in BOARD
    assert BOARD.get("id") is None


def test_one_data_source_and_the_instances_can_be_chosen() -> None:
    source, *queries = variables()

    assert (source["type"], source["name"], source["query"]) == ("datasource", "datasource", "prometheus")
    assert [each["name"] for each in queries] == ["job", "instance"]
    for each in queries:
        assert (each["multi"], each["includeAll"], each["allValue"], each["refresh"]) == (True, True, ".+", 2)
        assert each["datasource"] == SOURCE


def test_it_leads_to_the_runbooks_and_the_dead_letters() -> None:
    assert [(link["title"], link["url"]) for link in BOARD["links"]] == [
        ("Runbooks", "docs/runbooks/"),
        ("Dead letters", "docs/redrive.md"),
    ]


def test_a_panel_leads_to_the_runbooks_that_it_names() -> None:
    named = {
        panel["title"]: [f"docs/runbooks/{name}" for name in re.findall(r"Returns[A-Z]\w+", panel["description"])]
        for panel in PANELS
    }

    assert {panel["title"]: [link["url"] for link in panel.get("links", [])] for panel in PANELS} == named
    assert sum(map(len, named.values())) > 10


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_says_what_it_shows_in_a_unit_from_the_chosen_source(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]

    assert panel["title"]
    assert len(panel["description"]) > 20
    assert defaults["unit"] in UNITS
    assert defaults["noValue"] == "0"
    assert panel["datasource"] == SOURCE
    assert all(target["datasource"] == SOURCE for target in panel["targets"])


def test_panels_have_titles_of_their_own_and_lie_on_the_grid() -> None:
    titles = [panel["title"] for panel in PANELS]

    assert len(titles) == len(set(titles))
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_query_follows_the_choice_of_instances_and_asks_for_what_the_page_has(expression: str) -> None:
    page = labels_by_name()
    selectors = list(asked(expression))

    assert selectors
    for each in selectors:
        matched = {label: value for label, _, value in each.matchers}
        assert (matched["job"], matched["instance"]) == ("$job", "$instance")
        assert matched.keys() <= page[each.name]
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        assert set(re.split(r",\s*", grouped)) <= set().union(*(page[each.name] for each in selectors))


@pytest.mark.parametrize("expression", RATES)
def test_a_counter_is_only_seen_as_a_rate(expression: str) -> None:
    assert COUNTER_END.findall(RATED.sub("", expression)) == []


def test_an_exception_is_one() -> None:
    shown = {panel["title"]: "".join(target["expr"] for target in panel["targets"]) for panel in PANELS}

    assert [title for title in MEANT if not COUNTER_END.search(RATED.sub("", shown[title]))] == []


def test_prometheus_understands_every_query(tmp_path: Path) -> None:
    expressions = [*EXPRESSIONS, *(each["expr"] for each in BOARD["annotations"]["list"])]
    rules = [
        {"record": f"panel:{number}", "expr": each.replace("$__rate_interval", "2m")}
        for number, each in enumerate(expressions)
    ]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))

    done = subprocess.run([promtool(), "check", "rules", file], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_panel_turns_red_where_an_alert_fires() -> None:
    expressions: dict[str, str] = {}
    for rule in alerts():
        expressions[rule["alert"]] = expressions.get(rule["alert"], "") + rule["expr"]

    for alert, value in thresholds.ALERTS.items():
        assert re.search(rf"(>|\*|==) {value:g}\b", expressions[alert]), alert


def test_an_outcome_is_late_on_the_dashboard_where_it_is_in_the_recorded_rules() -> None:
    late = [rule["expr"] for rule in recorded() if "event_to_outcome" in rule["expr"]]

    assert late
    assert all(f'le=~"{thresholds.IN_TIME:g}([.]0)?"' in expression for expression in late)


def test_no_panel_turns_red_at_a_number_of_its_own() -> None:
    shared = {value for name, value in vars(thresholds).items() if name.isupper() and isinstance(value, float)}

    assert {panel.red_from for row in ROWS for panel in row.panels if panel.red_from is not None} <= shared


def test_every_runbook_that_a_panel_names_is_there() -> None:
    runbooks = FILE.parents[2] / "docs" / "runbooks"
    named = {name for row in ROWS for panel in row.panels for name in re.findall(r"Returns[A-Z]\w+", panel.says)}

    assert {name for name in named if not (runbooks / f"{name}.md").exists()} == set()


def test_every_alert_that_a_panel_names_is_one() -> None:
    named = {name for row in ROWS for panel in row.panels for name in re.findall(r"Returns[A-Z]\w+", panel.says)}

    assert named - {rule["alert"] for rule in alerts()} == set()
