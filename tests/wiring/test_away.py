"""What is told of a ledger whose store goes away."""

import io
import json

from consumer.adapters import logs
from consumer.wiring.ledger import Away


def test_a_store_that_is_away_is_told_with_the_reason_until_it_is_back() -> None:
    out = io.BytesIO()
    away = Away(logs.opened("info", "json", out))

    away.went("connection refused")
    was_away = away.is_away()
    away.came_back()

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["event"], line.get("reason")) for line in lines] == [
        ("ledger_unavailable", "connection refused"),
        ("ledger_recovered", None),
    ]
    assert (was_away, away.is_away()) == (True, False)
