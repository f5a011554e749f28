"""Whoever an alert wakes finds its page, and in it all that the page needs."""

import re
from pathlib import Path

import pytest

from consumer.adapters.logs.events import EVENTS
from tests.helm.chart import example, one, rendered
from tests.ops.a_page import labels_by_name
from tests.ops.rules import alerts, recorded

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
PAGES = sorted(RUNBOOKS.glob("Returns*.md"))
SECTIONS = ["What it means", "What users feel", "How to see it", "What to do"]
EVERY = (RUNBOOKS / "README.md", *PAGES)
FIELDS = re.compile(r"`([^`\n]+)`|^\$ (.+)$", re.MULTILINE)
"""Commands: in the line, or in a block of their own."""
OF_VERBS = re.compile(r"\breturns-consumer (?:check|explain|redrive|policy|topics|run)\b")
IN_A_POD = "kubectl exec deploy/DEPLOYMENT -- returns-consumer "
BACK = "`helm rollback RELEASE`, unless [a migration lies between](README.md#back-to-an-older-version)"
SETTINGS = "--config /etc/returns-consumer/config.yaml"
LATER_ENDS = ("_bucket", "_sum", "_count", "")


def test_there_is_a_page_for_each_alert_and_no_other() -> None:
    assert {page.stem for page in PAGES} == {rule["alert"] for rule in alerts()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_headed_by_its_alert_and_has_all_sections(page: Path) -> None:
    text = page.read_text()

    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_leads_to_pages_and_metrics_that_there_are(page: Path) -> None:
    text = page.read_text()
    known = labels_by_name().keys() | {rule["record"] for rule in recorded()}

    assert [link for link in re.findall(r"\]\((\w+\.md)\)", text) if not (RUNBOOKS / link).exists()] == []
    for name in re.findall(r"\b(?:job:)?(?:returns|process)_[a-z0-9_:]+\b", text):
        assert any(f"{name}{end}" in known for end in LATER_ENDS), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_log_event_that_a_page_names_is_one(page: Path) -> None:
    named = re.findall(r"[Ll]og: `(\w+)`", page.read_text())

    assert set(named) <= EVENTS.keys()


def commands(page: Path) -> list[str]:
    return [inline or block for inline, block in FIELDS.findall(page.read_text())]


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.stem)
def test_a_verb_that_a_page_gives_runs_in_a_pod_with_the_settings_of_the_service(page: Path) -> None:
    verbs = [each for each in commands(page) if OF_VERBS.search(each)]

    assert [each for each in verbs if not (each.startswith(IN_A_POD) and each.endswith(SETTINGS))] == []


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.stem)
def test_a_deployment_is_called_by_its_name_and_not_by_the_releases(page: Path) -> None:
    assert re.findall(r"(?:deploy|deployment)[ /]RELEASE\b(?!-)", page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_whoever_is_told_to_roll_back_is_told_of_the_migrations_before(page: Path) -> None:
    text = page.read_text()

    assert text.count("helm rollback RELEASE") == text.count(BACK)


def test_the_commands_name_what_the_chart_makes() -> None:
    deployment = one(rendered(example("minimal"), "release"), "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]

    assert f"`{deployment['metadata']['name'].replace('release', 'RELEASE')}`" in (RUNBOOKS / "README.md").read_text()
    assert SETTINGS.endswith(next(each["mountPath"] for each in container["volumeMounts"] if each["name"] == "config"))
    assert set(SETTINGS.split()) <= {*container["args"]}
