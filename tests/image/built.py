"""The image, built from the recipe, and a container of it; whoever built it."""

import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.image.command import told
from tests.testbed.process import Process, Program

ROOT = Path(__file__).parents[2]
CONFIG_FOLDER = "/etc/returns-consumer"
REVISION = "0123abc"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
ARGUMENTS = (
    "--network=host",
    f"--build-arg=REVISION={REVISION}",
    *(f"--build-arg={name}={os.environ[name]}" for name in PROXIES if name in os.environ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """How one container is started, asked (the question follows), told to end, and thrown away."""

    start: tuple[str, ...]
    ask: tuple[str, ...]
    terminate: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """`config` is the image's own, as OCI names its fields; `container` takes a folder with a config.yaml."""

    config: Mapping[str, Any]
    container: Callable[[Path], Commands]


class Container:
    """The image's default command, run as Kubernetes would: read-only root, no rights, only /tmp to write to."""

    def __init__(self, image: Image, folder: Path) -> None:
        self._commands = image.container(folder)
        self._log = folder / "log"
        self._process = Process(Program(command=self._commands.start, folder=folder, log=self._log))

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_for_log(self, text: str, *, within: float) -> None:
        """Return once this text is in the log."""
        self._process.wait_until_ready("the container", lambda: text in self.log, within=within)

    def ask(self, program: str) -> object:
        """The JSON that this Python program prints, run inside by the product's interpreter."""
        return json.loads(told([*self._commands.ask, "python", "-c", program]))

    def terminate(self, *, within: float) -> int:
        """Send SIGTERM to its first process; the exit code."""
        told(self._commands.terminate)
        return self._process.wait(within=within)

    def close(self) -> None:
        """End it, however it is."""
        if self._process.exit_code is None:
            told(self._commands.remove)
        self._process.stop(within=1, number=signal.SIGKILL)
