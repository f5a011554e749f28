"""What watches it: scraped under one job, alerts that ask for that job, notes that say how to look."""

import json
import re

import pytest

from tests.helm.chart import CHART, NAMESPACE, Values, changed, example, notes, one, rendered
from tests.ops.a_page import labels_by_name

FULL = example("full")
DASHBOARD = (CHART / "files" / "dashboard.json").read_text()


def rules(values: Values) -> list[Values]:
    return [rule for group in one(rendered(values), "PrometheusRule")["spec"]["groups"] for rule in group["rules"]]


def test_the_scraped_job_is_the_one_that_the_alerts_ask_for() -> None:
    (endpoint,) = one(rendered(FULL), "PodMonitor")["spec"]["podMetricsEndpoints"]
    (relabelling,) = endpoint["relabelings"]

    asked = {job for rule in rules(FULL) for job in re.findall(r'job="([^"]*)"', rule["expr"])}

    assert (endpoint["port"], endpoint["path"]) == ("http", "/metrics")
    assert asked == {relabelling["replacement"]} == {"r-returns"}


def test_a_rule_sees_its_own_release_only() -> None:
    ours = (f'namespace="{NAMESPACE}"', 'group_id="more-consumers"')
    for rule in rules(changed(FULL, config__topics__returns="more-returns", config__kafka__group_id="more-consumers")):
        expression = rule["expr"]
        assert "returns-consumer" not in expression
        assert "return-transactions" not in expression
        assert any(own in expression for own in ours)


def test_every_alert_says_how_bad_what_and_where_to_read_on() -> None:
    alerts = [rule for rule in rules(FULL) if "alert" in rule]

    assert len(alerts) > 20
    for alert in alerts:
        assert alert["alert"].startswith("Returns")
        assert alert["labels"].keys() == {"severity", "team"}
        assert alert["labels"]["severity"] in {"critical", "warning", "info"}
        assert "{{" not in alert["annotations"]["summary"]
        assert alert["annotations"]["runbook_url"] == f"https://runbooks.example/returns/{alert['alert']}"
        assert alert["annotations"]["dashboard_url"] == "https://grafana.example/d/returns"


def test_the_braces_of_prometheus_survive_helm() -> None:
    (down,) = (rule for rule in rules(FULL) if rule.get("alert") == "ReturnsDown")

    assert down["annotations"]["description"].startswith("{{ $labels.instance }} has")


def test_an_alert_can_be_left_out() -> None:
    assert "ReturnsMemoryNearLimit" not in {rule.get("alert") for rule in rules(FULL)}
    assert "ReturnsMemoryNearLimit" in {rule.get("alert") for rule in rules(changed(FULL, prometheusRule__disabled=[]))}


def test_the_rules_ask_for_metrics_that_there_are() -> None:
    recorded = {rule["record"] for rule in rules(FULL) if "record" in rule}

    asked = {name for rule in rules(FULL) for name in re.findall(r"\b(?:job:)?returns_[a-z0-9_:]+\b", rule["expr"])}

    assert asked - labels_by_name().keys() - recorded == set()


def test_each_recording_rule_serves_an_alert_or_the_dashboard() -> None:
    alerts = " ".join(rule["expr"] for rule in rules(FULL) if "alert" in rule)
    unused = {rule["record"] for rule in rules(FULL) if "record" in rule and rule["record"] not in alerts}

    assert {re.sub(r"ratio_rate.*", "ratio_rate", name) for name in unused} <= {
        "job:returns_late_outcomes:ratio_rate",
        "job:returns_own_faults:ratio_rate",
    }


def test_nothing_of_it_is_there_without_asking() -> None:
    kinds = {each["kind"] for each in rendered(example("minimal"))}

    assert not kinds & {"PodMonitor", "PrometheusRule", "NetworkPolicy", "ScaledObject", "ExternalSecret"}


def test_the_dashboard_is_found_by_its_label() -> None:
    shown = one(rendered(FULL), "ConfigMap", "-dashboard")

    assert shown["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert shown["metadata"]["annotations"] == {"grafana_folder": "Returns"}


def test_the_dashboard_asks_for_this_releases_topic_and_leads_to_its_runbooks_and_dead_letters() -> None:
    values = changed(FULL, config__topics__returns="more-returns")
    theirs = {
        "docs/runbooks/": "https://runbooks.example/returns/",
        "docs/redrive.md": "https://kafka.example/dead-letters",
        "return-transactions": "more-returns",
    }

    shown = one(rendered(values), "ConfigMap", "-dashboard")["data"]["returns-consumer.json"]

    expected = DASHBOARD
    for ours, there in theirs.items():
        assert ours in expected
        expected = expected.replace(ours, there)
    assert json.loads(shown) == json.loads(expected)


def test_what_is_rendered_does_not_depend_on_the_cluster_that_is_asked() -> None:
    templates = [file for file in (CHART / "templates").rglob("*") if file.is_file()]

    assert [file.name for file in templates if ".Capabilities" in file.read_text()] == []
    assert [file.name for file in templates if "lookup " in file.read_text()] == []


def test_the_notes_say_what_there_is_and_how_to_look() -> None:
    told = notes(changed(example("postgres"), config__api__quota_per_minute=1000))

    assert "from return-transactions to revoke-outcomes" in told
    assert "950 requests a minute for the whole group, about 316 for each instance" in told
    assert "50 s of grace, 20 s of them to drain" in told
    for command in (
        "logs --follow deployment/r-returns-consumer",
        "port-forward",
        "helm test r --namespace shop --logs",
    ):
        assert command in told
    assert "Runbooks:" not in told


def test_the_notes_lead_to_runbooks_that_have_an_address() -> None:
    assert "Runbooks: https://runbooks.example/returns/" in notes(FULL)


NOT_SAID: dict[str, object] = {
    "config__kafka__options": {},
    "kafkaTls__existingSecret": "",
    "secrets__keys__kafkaPassword": "",
}
IN_THE_CLEAR = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "returns"}


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"prometheusRule": {"enabled": False}}, "nobody is told when it stops"),
        ({"config__api__auth": "none"}, "only a simulated vendor"),
        ({"config__api__allow_plaintext": True}, "may show the vendor's credentials"),
        ({"config__schemas__allow_plaintext": True}, "may show the registry's credentials"),
        ({"config__kafka__options": IN_THE_CLEAR}, "config.kafka.options has no TLS"),
        (
            {"config__kafka__options": IN_THE_CLEAR, "kafkaOptions__existingSecret": "more"},
            "config.kafka.options has no TLS",
        ),
        ({**NOT_SAID, "kafkaOptions__existingSecret": "more"}, "stands in the Secret more alone, if at all"),
        (NOT_SAID, "config.kafka.options has no TLS"),
    ],
)
def test_the_notes_warn_of_what_is_risky(change: dict[str, object], warning: str) -> None:
    assert warning not in notes(FULL)
    assert warning in notes(changed(FULL, **change))


def test_the_notes_tell_of_a_cap_by_the_quota() -> None:
    assert "autoscaling stops at 5 instances" in notes(example("keda"))
