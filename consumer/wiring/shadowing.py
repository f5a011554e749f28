"""A run that calls nobody and publishes nothing: its settings, and what stands at its ends."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL

from consumer.adapters.ledger.database import database_at
from consumer.adapters.memory import NobodysVendor
from consumer.core.shadow import Foreseen, Foresight
from consumer.flow.shadow import Unpublished
from consumer.settings import Settings
from consumer.wiring import parts
from consumer.wiring.ends import Ends

NEVER = 1.0
"""The flood ratio that no flood exceeds: a shadow counts what would have held the real run, and goes on."""


def shadow_ledger(settings: Settings) -> Path:
    """Where a shadow keeps its own ledger: beside an SQLite ledger, else in the working directory."""
    file = database_at(settings.ledger.location()).file
    if file is not None:
        return file.with_name(f"{file.name}.shadow")
    return Path(f"{re.sub(r'[^A-Za-z0-9._-]', '_', settings.kafka.group_id)}.shadow")


def shadowed(settings: Settings, ledger: Path) -> Settings:
    """The settings of the shadow: a group and a ledger of its own, no quota to wait for, no schema to register."""
    url = URL.create("sqlite", database=str(ledger)).render_as_string()
    own = {
        "kafka": {"group_id": f"{settings.kafka.group_id}-shadow"},
        "ledger": {"url": SecretStr(url), "url_file": None},
        "api": {"quota_per_minute": 0},
        "schemas": {"output": "single-object"},
        "dead_letters": {"flood_ratio": NEVER},
    }
    return settings.model_copy(
        update={section: getattr(settings, section).model_copy(update=values) for section, values in own.items()}
    )


def ends(foresight: Foresight) -> Ends:
    """Nobody is called, and only offsets move."""
    return Ends(
        vendor=lambda _settings, _metrics: NobodysVendor(foresight.asked),
        publisher=lambda worker, encoder: Unpublished(worker, encoder, foresight),
        kafka=lambda settings: replace(parts.kafka_config(settings), publishes=False),
        told=lambda: {"shadow": _told(foresight.so_far())},
        shadow=True,
    )


def _told(foreseen: Foreseen) -> dict[str, object]:
    found = {each.name: getattr(foreseen, each.name) for each in fields(foreseen)}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in found.items()}
