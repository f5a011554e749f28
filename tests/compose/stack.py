"""What compose.yaml starts, as its parts read it."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "compose.yaml"


def services() -> dict[str, dict[str, Any]]:
    """Every service by its name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())["services"]
    return found


def settings() -> dict[str, str]:
    """The environment of the consumers."""
    found: dict[str, str] = services()["consumer"]["environment"]
    return found


def mounted(service: str) -> dict[str, Path]:
    """Where this service finds which file of ours."""
    volumes = (volume.split(":") for volume in services()[service].get("volumes", ()))
    return {target: ROOT / source for source, target, _ in volumes}


def variables() -> dict[str, str]:
    """The environment of all services."""
    return {
        f"{name}/{variable}": value
        for name, service in services().items()
        for variable, value in service.get("environment", {}).items()
    }
