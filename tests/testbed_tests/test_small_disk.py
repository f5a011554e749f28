"""A small disk can be filled to the last byte, and has room again afterwards."""

import errno
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.small_disk import SmallDisk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with closing(SmallDisk(tmp_path / "disk", megabytes=1)) as disk:
        try:
            disk.open()
        except MissingPartError as reason:
            give_up("disk to fill", reason)
        yield disk


def test_a_full_disk_takes_no_byte_more_until_it_is_emptied(disk: SmallDisk) -> None:
    disk.fill()

    with pytest.raises(OSError, match="No space left") as refused:
        (disk.folder / "more").write_bytes(b"1")
    disk.empty()
    (disk.folder / "more").write_bytes(b"1")

    assert refused.value.errno == errno.ENOSPC
    assert (disk.folder / "more").read_bytes() == b"1"


def test_closing_it_takes_all_away(disk: SmallDisk) -> None:
    (disk.folder / "kept").write_bytes(b"1")

    disk.close()

    assert list(disk.folder.iterdir()) == []
