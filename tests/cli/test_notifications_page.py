"""The page on notifications: its examples work, and what it calls documented is what is read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from consumer.core.model import NamingPurchase, OrgId, ReturnTransaction
from consumer.core.notification import Foreign
from consumer.core.purchase import BillScope
from consumer.core.reading import read_return
from consumer.core.reading_feed import read_feed
from consumer.settings import Settings, load
from consumer.settings.notified_fields import DOCUMENTED, FIELDS
from consumer.wiring.decoders import SourceTopic, record_decoder
from tests.builders import MOST_LINES
from tests.cli.given_settings import RIGHT, written
from tests.contracts.read_fields import fields_of

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text(encoding="utf-8")
SWITCHED_ON, WORKED, MAPPED, WHOLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
EARNED, BOUGHT, RETURNED = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


HERE = OrgId("")


def settings(folder: Path, text: str) -> Settings:
    return load(written(folder, text), RIGHT)


def read(folder: Path, topic: SourceTopic, told: Any) -> Any:
    decoder = record_decoder(settings(folder, WORKED), topic, None)
    return fields_of(decoder, json.dumps(told).encode())


@pytest.mark.parametrize("text", [SWITCHED_ON, MAPPED, WHOLE])
def test_every_piece_of_settings_is_right(tmp_path: Path, text: str) -> None:
    assert isinstance(settings(tmp_path, text), Settings)


def test_the_worked_example_is_right_by_itself(tmp_path: Path) -> None:
    password = tmp_path / "api-password"
    password.write_text("s3cret", encoding="utf-8")
    text = WORKED.replace("/run/secrets/api-password", str(password)).replace("VENDOR-HOST", "vendor.example")

    assert load(written(tmp_path, text), {}).notifications.enabled


def test_its_purchase_names_its_earn_and_its_return_names_the_purchase(tmp_path: Path) -> None:
    earned = read_feed(read(tmp_path, "earns", EARNED), BillScope.ORG, HERE, MOST_LINES)
    purchase = read_feed(read(tmp_path, "earns", BOUGHT), BillScope.ORG, HERE, MOST_LINES)
    returned = read_return(read(tmp_path, "returns", RETURNED), HERE, MOST_LINES)

    assert isinstance(earned, tuple)
    assert isinstance(purchase, NamingPurchase)
    assert isinstance(returned, ReturnTransaction)
    (earn,) = earned
    assert (earn.request_id, earn.customer_id) == (purchase.request_id, purchase.customer_id)
    assert purchase.promotions is None
    assert (returned.org_id, returned.bill_number) == (purchase.purchase.org_id, purchase.purchase.bill_number)


@pytest.mark.parametrize(("topic", "told"), [("returns", BOUGHT), ("returns", EARNED), ("earns", RETURNED)])
def test_its_topics_may_both_have_everything(tmp_path: Path, topic: SourceTopic, told: object) -> None:
    decoder = record_decoder(settings(tmp_path, WORKED), topic, None)

    assert isinstance(decoder.decode(json.dumps(told).encode()), Foreign)


def test_what_it_calls_documented_is_what_is_read() -> None:
    assert yaml.safe_load(WHOLE)["notifications"] == DOCUMENTED


def test_it_lists_the_fields_of_every_kind() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`.*`) \| (`.*`) \|$", PAGE, re.MULTILINE)
    told = {kind: tuple(tuple(re.findall(r"`([\w.]+)`", cell)) for cell in cells) for kind, *cells in rows}

    assert told == {kind.value: (known.required, known.optional) for kind, known in FIELDS.items()}
