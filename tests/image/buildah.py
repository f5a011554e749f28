"""The image as Debian's buildah builds and runc runs it: no daemon, no registry."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.image.built import ARGUMENTS, ROOT, Image
from tests.image.command import told
from tests.image.pip_access import secrets
from tests.image.runc import container
from tests.testbed.cache import fetched
from tests.testbed.missing import MissingPartError

NEEDED = ("buildah", "runc", "mmdebstrap")
NAME = "localhost/returns-consumer"
BASE = "localhost/python-slim"
ISOLATION = "--isolation=chroot"
PIP = "/usr/share/python-wheels/pip-*.whl"
# As the real base: Debian bookworm without what nobody reads, a `python`, and a pip that can be uninstalled.
DEBIAN = (
    "mmdebstrap",
    "--quiet",
    "--variant=essential",
    "--include=python3-venv,python-is-python3",
    "--dpkgopt=force-unsafe-io",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    '--customize-hook=rm "$1"/usr/lib/python3*/EXTERNALLY-MANAGED',
    f"--customize-hook=chroot \"$1\" sh -c 'PYTHONPATH=$(echo {PIP}) python -m pip install --no-index {PIP}'",
    "bookworm",
)


@contextmanager
def built(folder: Path) -> Iterator[Image]:
    """The image; its store is removed at the end. MissingPartError where no image can be built at all."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        raise MissingPartError(f"start Docker or, as root, install {', '.join(missing or NEEDED)}")
    driver = _driver(folder)
    base = fetched(f"image-base-1-{driver}", partial(_make_base, driver))
    with tempfile.TemporaryDirectory(prefix="image-store-") as store:
        buildah = [*_buildah(driver, Path(store)), f"--storage-opt={driver}.imagestore={base}/images"]
        access = [*secrets(folder), f"--build-arg=BASE={BASE}"]
        try:
            told([*buildah, "build", ISOLATION, *ARGUMENTS, *access, f"--tag={NAME}", str(ROOT)])
            config = json.loads(told([*buildah, "inspect", "--type=image", NAME]))["OCIv1"]["config"]
            root = told([*buildah, "mount", told([*buildah, "from", NAME]).strip()]).strip()
            yield Image(config=config, container=partial(container, config, Path(root)))
        finally:
            told([*buildah, "rm", "--all"])


def _driver(folder: Path) -> str:
    """How a store keeps its layers: over one another where the file system can, else as whole copies."""
    try:
        told([*_buildah("overlay", folder / "tried"), "info"])
    except RuntimeError:
        return "vfs"
    return "overlay"


def _make_base(driver: str, folder: Path) -> None:
    """Fill the folder with a store that has the base; a RUN in it is tried, as not every machine allows one."""
    tree = folder / "base.tar"
    buildah = _buildah(driver, folder)
    try:
        told([*DEBIAN, str(tree)])
        name = told([*buildah, "from", "scratch"]).strip()
        told([*buildah, "add", name, str(tree), "/"])
        told([*buildah, "run", ISOLATION, name, "python", "--version"])
        told([*buildah, "commit", "--rm", name, BASE])
    except RuntimeError as error:
        raise MissingPartError(f"no base can be made here: {error}") from error
    tree.unlink()


def _buildah(driver: str, store: Path) -> list[str]:
    """buildah with a store of its own; the machine's is left alone."""
    return ["buildah", f"--storage-driver={driver}", f"--root={store}/images", f"--runroot={store}/run"]
