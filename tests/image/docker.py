"""The image as Docker builds and runs it, on the recipe's own base."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.image.built import ARGUMENTS, CONFIG_FOLDER, ROOT, Commands, Image
from tests.image.command import told
from tests.image.pip_access import secrets

NAME = "returns-consumer-tested"
RESTRICTED = ("--network=host", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")


@contextmanager
def built(folder: Path) -> Iterator[Image]:
    """The image; it is removed at the end."""
    told(["docker", "build", *ARGUMENTS, *secrets(folder), f"--tag={NAME}", str(ROOT)])
    try:
        config = json.loads(told(["docker", "image", "inspect", "--format={{json .Config}}", NAME]))
        yield Image(config=config, container=_container)
    finally:
        told(["docker", "image", "rm", "--force", NAME])


def _container(folder: Path) -> Commands:
    name = f"{NAME}-{folder.name}"
    volume = f"--volume={folder}:{CONFIG_FOLDER}:ro"
    return Commands(
        start=("docker", "run", "--rm", f"--name={name}", *RESTRICTED, volume, NAME),
        ask=("docker", "exec", name),
        terminate=("docker", "kill", "--signal=TERM", name),
        remove=("docker", "rm", "--force", name),
    )
