"""The recorded hour of a stranger is what a stranger sees today."""

from pathlib import Path

import pytest

from tests.docs.first_hour import PAGE, Hour, played
from tests.testbed.parts import Broker

pytestmark = pytest.mark.kafka


def test_the_commands_of_the_first_hour_print_what_the_page_shows(kafka: Broker, tmp_path: Path) -> None:
    """To bring it in step: `python -m tests.docs.first_hour`."""
    page = PAGE.read_text(encoding="utf-8")

    with Hour(kafka.bootstrap, tmp_path) as hour:
        text = played(page, hour)

    assert text == page
