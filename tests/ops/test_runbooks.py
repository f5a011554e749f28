"""Whoever an alert wakes finds its page, and in it all that the page needs."""

import re
from pathlib import Path

import pytest

from consumer.adapters.logs.events import EVENTS
from tests.ops.a_page import labels_by_name
from tests.ops.rules import alerts, recorded

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
PAGES = sorted(RUNBOOKS.glob("Returns*.md"))
SECTIONS = ["What it means", "What users feel", "How to see it", "What to do"]
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
