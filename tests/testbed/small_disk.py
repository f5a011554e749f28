"""A disk of its own that a test may fill: a tmpfs of a few megabytes."""

import errno
import os
import subprocess
from pathlib import Path

from tests.testbed.missing import MissingPartError

BLOCK = 65_536


class SmallDisk:
    """Mounted at `folder` while it is open."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._size = f"size={megabytes}m"
        self._ballast = folder / "ballast"

    def open(self) -> None:
        """Mount it; MissingPartError where we may not."""
        self.folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", self._size, "tmpfs", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise MissingPartError(f"a disk to fill can only be mounted by root: {done.stderr.strip()}")

    def fill(self) -> None:
        """Leave no room for a single byte more."""
        with self._ballast.open("wb", buffering=0) as ballast:
            try:
                while ballast.write(bytes(BLOCK)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it, with all that is on it."""
        if os.path.ismount(self.folder):
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
