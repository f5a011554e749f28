"""The documentation of the metrics is made from the metrics."""

from pathlib import Path

from ops.metrics import page

FILE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_metrics_in_the_documentation_are_those_in_the_source() -> None:
    """To bring it in step: `python -m ops.metrics > docs/metrics.md`."""
    assert FILE.read_text(encoding="utf-8") == "\n".join([*page(), ""])
