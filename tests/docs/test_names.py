"""What the documentation names is there: settings, metrics, and files of settings that are right."""

import re
from pathlib import Path

import pytest
import yaml

from consumer.adapters.logs.events import EVENTS
from consumer.core.dead_letter import REASONS
from consumer.settings import Settings, load
from tests.docs.page import PAGES, ROOT, blocks, heading_of, tables, text_of
from tests.helm.chart import rendered, settings
from tests.ops.a_page import labels_by_name

ENDS = ("", "_bucket", "_sum", "_count")
SECTIONS = {
    name: set(field.annotation.model_fields) for name, field in Settings.model_fields.items() if field.annotation
}
SETTING = re.compile(rf"`({'|'.join(SECTIONS)})\.([a-z_]+)(?:: [^`]*)?`")
OTHERS = {"ledger.db", "kafka.stage", "kafka.unpublished"}
"""A file, and fields of /status."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_metric_or_a_setting_that_a_page_names_is_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = labels_by_name().keys()

    metrics = re.findall(r"`(returns_[a-z0-9_]+)[`{]", text)
    settings_named = {f"{section}.{name}": name in SECTIONS[section] for section, name in SETTING.findall(text)}

    assert [name for name in metrics if not any(f"{name}{end}" in known for end in ENDS)] == []
    assert [name for name, there in settings_named.items() if not there and name not in OTHERS] == []


def test_a_log_event_among_the_guarantees_is_one() -> None:
    page = text_of("guarantees.md")
    column = heading_of(0, page).index("the operator sees")
    seen = " ".join(row[column] for row in next(tables(page)))
    named = {name for name in re.findall(r"\b[a-z]+_[a-z_]+\b", seen) if not name.startswith("returns_")}

    assert named - {"give_up_after"} <= EVENTS.keys()


def test_the_settings_of_the_quickstart_are_right(tmp_path: Path) -> None:
    (block,) = blocks(text_of("quickstart.md"), "yaml")
    file = tmp_path / "settings.yaml"
    file.write_text(block, encoding="utf-8")

    assert load(file, {}).api.auth == "none"


def test_the_values_of_the_operators_page_are_taken_by_the_chart() -> None:
    (block,) = blocks(text_of("operations.md"), "yaml")

    objects = rendered(yaml.safe_load(block))

    assert settings(objects)["api"]["username"] == "returns"
    assert {"PodMonitor", "PrometheusRule"} <= {each["kind"] for each in objects}


def test_every_reason_of_a_dead_letter_has_its_advice_in_the_order_in_which_they_are_told() -> None:
    advice = next(tables(text_of("redrive.md")))

    assert [reason for row in advice for reason in row[0].split(", ")] == list(REASONS)
