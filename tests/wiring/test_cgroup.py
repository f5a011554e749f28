"""The memory limit, as the dashboard draws it above what is used."""

from pathlib import Path

import pytest

from consumer.wiring.cgroup import memory_limit


@pytest.mark.parametrize(
    ("file", "told", "limit"),
    [
        ("memory.max", "536870912\n", 536870912),
        ("memory.max", "max\n", 0),
        ("memory/memory.limit_in_bytes", "536870912\n", 536870912),
        ("memory/memory.limit_in_bytes", "9223372036854771712\n", 0),
    ],
)
def test_the_limit_is_read_as_either_version_tells_it(file: str, told: str, limit: int, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(told)

    assert memory_limit(tmp_path) == limit


def test_where_nothing_is_told_there_is_no_limit(tmp_path: Path) -> None:
    assert memory_limit(tmp_path) == 0
