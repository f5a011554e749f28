"""Where fetched parts are kept: outside the tree, shared by all checkouts and sessions."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """The testbed's own folder in the user's cache."""
    home = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / "returns-consumer-testbed"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fetched(name: str, fetch: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache, filled by `fetch` the first time; a half-filled folder is never seen."""
    folder = cache_folder() / name
    with (cache_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=cache_folder()))
            try:
                fetch(unfinished)
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    return folder
