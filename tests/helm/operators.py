"""Strict schemas of the operators' own kinds, from the definitions that their modules ship, fetched once."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.helm.tools import go, run
from tests.testbed.cache import fetched
from tests.testbed.missing import MissingPartError, give_up

Schema = dict[str, Any]
"""JSON of any shape."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A module of Go, and the files in it that define kinds."""

    module: str
    version: str
    definitions: tuple[str, ...]


PROMETHEUS = "example/prometheus-operator-crd/monitoring.coreos.com_{}.yaml"
OPERATORS = (
    Operator(
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        (PROMETHEUS.format("podmonitors"), PROMETHEUS.format("prometheusrules")),
    ),
    Operator("github.com/kedacore/keda/v2", "v2.21.0", ("config/crd/bases/keda.sh_scaledobjects.yaml",)),
    Operator(
        "github.com/external-secrets/external-secrets",
        "v1.3.2",
        ("config/crds/bases/external-secrets.io_externalsecrets.yaml",),
    ),
)


def definitions() -> list[Schema]:
    """The CustomResourceDefinitions."""
    try:
        return [yaml.safe_load(file.read_text()) for each in OPERATORS for file in sorted(_folder(each).iterdir())]
    except MissingPartError as reason:
        give_up("definitions of the operators' kinds", reason)


def strict(definition: Schema) -> dict[str, Schema]:
    """The schema of each version that is served, by the version: what it does not name is refused."""
    return {
        version["name"]: _closed(version["schema"]["openAPIV3Schema"])
        for version in definition["spec"]["versions"]
        if version["served"]
    }


def _closed(schema: Schema) -> Schema:
    """The API server drops what no schema names; here it is an error."""
    closed = {name: _closed_below(below) for name, below in schema.items()}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed


def _closed_below(below: object) -> object:
    if isinstance(below, dict):
        return _closed(below)
    return [_closed_below(each) for each in below] if isinstance(below, list) else below


def _folder(operator: Operator) -> Path:
    def fetch(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as modules:
            source = _downloaded(operator, modules)
            for definition in operator.definitions:
                shutil.copy(source / definition, folder)

    return fetched(f"{operator.module.replace('/', '-')}-{operator.version}", fetch)


def _downloaded(operator: Operator, modules: str) -> Path:
    """Where the module's files are; a cache of its own is thrown away after it, as a module is large."""
    told = run(
        [go(), "mod", "download", "-json", f"{operator.module}@{operator.version}"],
        {"GOMODCACHE": modules, "GOFLAGS": "-modcacherw"},
        Path(modules),
    )
    return Path(json.loads(told)["Dir"])
