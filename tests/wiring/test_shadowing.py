"""The settings of a shadow: nothing of the real run's is touched."""

from pathlib import Path

import pytest

from consumer.settings import load
from consumer.wiring.parts import kafka_config
from consumer.wiring.shadowing import shadow_ledger, shadowed
from tests.cli.given_settings import RIGHT


def test_a_shadow_has_a_group_and_a_ledger_of_its_own_waits_for_no_quota_and_registers_nothing() -> None:
    registry = {"CONSUMER_SCHEMAS__REGISTRY_URL": "https://registry.example"}
    real = load(None, RIGHT | registry | {"CONSUMER_LEDGER__URL": "postgresql://u:p@db/ledger"})

    own = shadowed(real, Path("here/of its own.db"))

    assert own.kafka.group_id == "returns-consumer-shadow"
    assert own.ledger.location() == "sqlite:///here/of its own.db"
    assert (own.api.quota_per_minute, own.schemas.output) == (0, "single-object")
    assert (real.schemas.output, own.schemas.registry_url) == ("confluent", "https://registry.example")
    assert kafka_config(own).topics == kafka_config(real).topics


@pytest.mark.parametrize(
    ("url", "group", "file"),
    [
        ("sqlite:///data/ledger.db", "returns-consumer", Path("data/ledger.db.shadow")),
        ("sqlite:////var/lib/ledger.db", "returns-consumer", Path("/var/lib/ledger.db.shadow")),
        ("postgresql://u:p@db/ledger", "returns/of:shop 1", Path("returns_of_shop_1.shadow")),
    ],
)
def test_its_ledger_is_a_file_beside_the_real_one_or_where_it_is_started(url: str, group: str, file: Path) -> None:
    settings = load(None, RIGHT | {"CONSUMER_LEDGER__URL": url, "CONSUMER_KAFKA__GROUP_ID": group})

    assert shadow_ledger(settings) == file
