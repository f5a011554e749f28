"""The chart's page is made from its values."""

import re

from ops.values import page
from tests.helm.chart import CHART
from tests.helm.test_values import LEAVES

TEXT = (CHART / "README.md").read_text(encoding="utf-8")


def test_it_is_the_one_that_the_values_make() -> None:
    """To bring it in step: `python -m ops.values > helm/README.md`."""
    assert "\n".join([*page(), ""]) == TEXT


def test_it_tells_of_every_value() -> None:
    assert re.findall(r"^\| `([\w.]+)` \|", TEXT, re.MULTILINE) == list(LEAVES)
