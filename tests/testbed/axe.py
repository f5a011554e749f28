"""axe-core, which knows what keeps people out of a page: fetched once with the machine's `npm`."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.testbed.cache import fetched
from tests.testbed.missing import MissingPartError

VERSION = "4.14.1"
SECONDS = 300


def axe() -> str:
    """The script; MissingPartError where nothing can fetch it."""
    return (fetched(f"axe-core-{VERSION}", _fetch) / "package" / "axe.min.js").read_text()


def _fetch(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise MissingPartError("install npm (Debian: npm), which fetches it")
    done = subprocess.run(
        [npm, "pack", "--silent", f"axe-core@{VERSION}"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise MissingPartError(f"npm could not fetch it:\n{done.stdout}{done.stderr}")
    with tarfile.open(folder / f"axe-core-{VERSION}.tgz") as packed:
        packed.extractall(folder, filter="data")
