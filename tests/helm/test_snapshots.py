"""A change of the chart is seen as a change of what it renders."""

import pytest

from tests.helm.chart import VALUES
from tests.helm.snapshots import FOLDER, file_of, snapshot


@pytest.mark.parametrize("name", VALUES)
def test_what_is_rendered_is_what_is_committed(name: str) -> None:
    assert snapshot(name) == file_of(name).read_text(encoding="utf-8"), "python -m tests.helm.snapshots"


def test_there_is_no_snapshot_without_its_example() -> None:
    assert sorted(file.stem for file in FOLDER.iterdir()) == VALUES
