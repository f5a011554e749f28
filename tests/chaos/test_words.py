"""What an instance is to say of a mishap counts only where it is about that mishap, and said in its time."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.chaos.losses import LATE
from tests.chaos.test_losses import a_crew
from tests.chaos.words import Word
from tests.end_to_end.instance import Instance
from tests.end_to_end.truth import Spell

THEN = Spell(began=100.0, ended=150.0)
HELD = Word(events=("holding",), reason="api")
ONCE_A_MINUTE = Word(events=("kafka_error",), stands_for=60.0)
HOLDS: Mapping[str, Any] = {"event": "holding", "reasons": ["api", "ledger"]}
LINES: Mapping[str, tuple[Word, Mapping[str, Any], float, bool]] = {
    "as it begins": (HELD, HOLDS, 100.0, True),
    "a little later": (HELD, HOLDS, 150.0 + LATE, True),
    "before it began": (HELD, HOLDS, 99.9, False),
    "long after it": (HELD, HOLDS, 150.1 + LATE, False),
    "for another reason": (HELD, {"event": "holding", "reasons": ["ledger"]}, 120.0, False),
    "as the hold ends": (HELD, {"event": "holding", "reasons": []}, 120.0, False),
    "something else": (HELD, {"event": "throttled"}, 120.0, False),
    "the second of two words": (Word(events=("partitions_lost", "died")), {"event": "died"}, 120.0, True),
    "in the minute before, for all of the minute": (ONCE_A_MINUTE, {"event": "kafka_error"}, 40.0, True),
    "more than a minute before": (ONCE_A_MINUTE, {"event": "kafka_error"}, 39.9, False),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_counts_for_a_mishap_by_its_moment_and_its_reason(line: str) -> None:
    word, told, at, counts = LINES[line]

    assert word.is_said(told, at, THEN) is counts


def test_any_instance_may_say_it_and_the_time_of_day_is_that_of_its_log(tmp_path: Path) -> None:
    crew = a_crew(tmp_path)
    now = time.monotonic()
    log = tmp_path / "instance-1.log"
    said = {**HOLDS, "timestamp": datetime.fromtimestamp(now + crew.wall, UTC).isoformat()}
    log.write_text(json.dumps(said) + "\n")
    crew.instances.append(cast("Instance", SimpleNamespace(log=log)))

    assert crew.has_said(HELD, Spell(began=now - 1, ended=now + 1))
    assert not crew.has_said(HELD, Spell(began=now + 1, ended=now + 2))
    assert not crew.has_said(HELD, Spell(began=now - 100, ended=now - 90))
