"""The chart as real Helm renders it."""

import functools
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from tests.helm.tools import helm

CHART = Path(__file__).parents[2] / "helm"
VALUES = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))
NAMESPACE = "shop"
SECONDS = 60

Values = dict[str, Any]
"""What a values file or a manifest holds: YAML of any shape."""


class RefusedError(Exception):
    """Helm does not render these values; the text is what it says."""


def defaults() -> Values:
    return _mapping((CHART / "values.yaml").read_text())


def example(name: str) -> Values:
    """The values of `ci/NAME-values.yaml`."""
    return _mapping((CHART / "ci" / f"{name}-values.yaml").read_text())


def changed(values: Mapping[str, Any], **changes: object) -> Values:
    """The values with some others, named as `config__api__timeout`."""
    result = deepcopy(dict(values))
    for name, value in changes.items():
        at = result
        *sections, leaf = name.split("__")
        for section in sections:
            at = at.setdefault(section, {})
        at[leaf] = value
    return result


def rendered(values: Mapping[str, Any], release: str = "r") -> list[Values]:
    """Every object. Raises RefusedError."""
    return [each for each in yaml.safe_load_all(text(values, release)) if each]


def text(values: Mapping[str, Any], release: str = "r") -> str:
    return _helm(("template", release), json.dumps(values))


def notes(values: Mapping[str, Any]) -> str:
    """What Helm tells whoever installs it."""
    shown = _helm(("install", "--dry-run=client", "r"), json.dumps(values))
    return shown.partition("\nNOTES:\n")[2]


def one(objects: list[Values], kind: str, name: str = "") -> Values:
    """The only object of that kind, or the one whose name ends so."""
    (found,) = (each for each in objects if each["kind"] == kind and each["metadata"]["name"].endswith(name))
    return found


def pods(objects: list[Values]) -> Iterator[tuple[str, Values]]:
    """Every pod's spec, with the kind of object that makes it."""
    for each in objects:
        if each["kind"] == "Pod":
            yield "Pod", each["spec"]
        elif each["kind"] in {"Deployment", "Job"}:
            yield each["kind"], each["spec"]["template"]["spec"]


def settings(objects: list[Values], name: str = "") -> Values:
    """The config.yaml of the ConfigMap whose name ends so."""
    maps = [each for each in objects if each["kind"] == "ConfigMap" and "config.yaml" in each["data"]]
    return _mapping(one(maps, "ConfigMap", name or "returns-consumer")["data"]["config.yaml"])


@functools.cache
def _helm(verb: tuple[str, ...], values: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(values)
        file.flush()
        done = subprocess.run(
            [helm(), *verb, str(CHART), "--namespace", NAMESPACE, "--values", file.name],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    if done.returncode:
        raise RefusedError(done.stderr)
    return done.stdout


def _mapping(content: str) -> Values:
    loaded = yaml.safe_load(content)
    assert isinstance(loaded, dict)
    return loaded
