"""The documentation of the metrics is made from the metrics."""

import gzip
from pathlib import Path

from prometheus_client import generate_latest

from ops.metrics import a_page, page

FILE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_metrics_in_the_documentation_are_those_in_the_source() -> None:
    """To bring it in step: `python -m ops.metrics > docs/metrics.md`."""
    assert FILE.read_text(encoding="utf-8") == "\n".join([*page(), ""])


def test_a_page_is_as_small_as_it_is_said_to_be() -> None:
    """A label with more values multiplies what every instance is asked for twice a minute."""
    whole = generate_latest(a_page())

    assert len(whole) < 150_000
    assert len(gzip.compress(whole)) < len(whole) / 10
