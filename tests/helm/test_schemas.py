"""Kubernetes takes what the chart renders, from the oldest version it supports to the newest."""

import json
import subprocess
from collections.abc import Hashable
from importlib.resources import files
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped] # it ships no types
import pytest
import yaml

from tests.helm.chart import CHART, NAMESPACE, VALUES, Values, example, rendered, text
from tests.helm.operators import definitions, strict
from tests.helm.tools import helm, kubeconform

VERSIONS = ("1.31.0", "1.35.0", "1.37.0")
FOREIGN = {"PodMonitor", "PrometheusRule", "ScaledObject", "ExternalSecret"}
"""The kinds of operators, which Kubernetes itself does not know."""


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The strict schemas where kubeconform finds them: as they are shipped they refer to addresses on the web."""
    shipped = Path(str(files(kubernetes_validate))) / "kubernetes-json-schema"
    folder = tmp_path_factory.mktemp("schemas")
    kinds = {(each["kind"], each["apiVersion"]) for name in VALUES for each in rendered(example(name))}
    names = [_schema_name(*kind) for kind in kinds if kind[0] not in FOREIGN] + ["_definitions.json"]
    for version in VERSIONS:
        (folder / version).mkdir()
        for name in names:
            schema = (shipped / f"v{version}-local-strict" / name).read_text()
            beside = json.loads(schema.replace("/api/_definitions.json", "_definitions.json"))
            beside.pop("$id")
            (folder / version / name).write_text(json.dumps(beside))
        for definition in definitions():
            kind, group = definition["spec"]["names"]["kind"], definition["spec"]["group"]
            for served, closed in strict(definition).items():
                (folder / version / _schema_name(kind, f"{group}/{served}")).write_text(json.dumps(closed))
    return str(folder)


def _schema_name(kind: str, api_version: str) -> str:
    group, _, version = api_version.rpartition("/")
    return "-".join(part for part in (kind.lower(), group.partition(".")[0], version) if part) + ".json"


def judged(folder: Path, schemas: str) -> Values:
    """What kubeconform says of the files."""
    done = subprocess.run(
        [
            *(kubeconform(), "-strict", "-summary", "-output", "json"),
            *("-schema-location", f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json", str(folder)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    told: Values = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", VALUES)
def test_every_object_fits_the_strict_schemas(name: str, version: str) -> None:
    ours = [each for each in rendered(example(name)) if each["kind"] not in FOREIGN]

    for each in ours:
        kubernetes_validate.validate(each, version, strict=True)

    assert ours


@pytest.mark.parametrize("version", VERSIONS)
def test_kubeconform_finds_nothing(version: str, schemas: str, tmp_path: Path) -> None:
    for name in VALUES:
        (tmp_path / f"{name}.yaml").write_text(text(example(name)))

    told = judged(tmp_path, f"{schemas}/{version}")

    assert told.get("resources", []) == []
    assert told["summary"]["valid"] == sum(len(rendered(example(name))) for name in VALUES)


@pytest.mark.parametrize("kind", sorted(FOREIGN))
def test_kubeconform_refuses_a_field_that_no_operator_knows(kind: str, schemas: str, tmp_path: Path) -> None:
    theirs = next(each for name in VALUES for each in rendered(example(name)) if each["kind"] == kind)
    strange = {**theirs, "spec": {**theirs["spec"], "replica": 1}}
    (tmp_path / "strange.yaml").write_text(yaml.safe_dump(strange))

    told = judged(tmp_path, f"{schemas}/{VERSIONS[-1]}")

    (found,) = told["resources"]
    assert "replica" in found["msg"]
    assert (told["summary"]["invalid"], told["summary"]["skipped"], told["summary"]["errors"]) == (1, 0, 0)


def test_the_strict_schemas_refuse_a_field_that_nobody_knows() -> None:
    deployment = next(each for each in rendered(example("minimal")) if each["kind"] == "Deployment")
    deployment["spec"]["replica"] = 1

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, VERSIONS[-1], strict=True)


def test_the_chart_asks_for_the_oldest_version_that_is_tested() -> None:
    chart: Values = yaml.safe_load((CHART / "Chart.yaml").read_text())

    assert chart["kubeVersion"] == f">={VERSIONS[0]}-0"
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        subprocess.run(
            [
                helm(),
                "template",
                "r",
                str(CHART),
                "--kube-version",
                "1.30.0",
                "--values",
                CHART / "ci/full-values.yaml",
            ],
            capture_output=True,
            check=True,
        )


@pytest.mark.parametrize("name", VALUES)
def test_helm_lints_it(name: str) -> None:
    done = subprocess.run(
        [helm(), "lint", CHART, "--strict", "--namespace", NAMESPACE, "--values", CHART / "ci" / f"{name}-values.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", VALUES)
def test_no_map_has_a_key_twice(name: str) -> None:
    assert list(yaml.load_all(text(example(name)), _OnceLoader))


class _OnceLoader(yaml.SafeLoader):
    """Refuses what a plain loader lets the last one win of."""


def _once(loader: _OnceLoader, node: yaml.MappingNode) -> dict[Hashable, object]:
    pairs = [(loader.construct_object(key), loader.construct_object(value, deep=True)) for key, value in node.value]
    assert len(pairs) == len(dict(pairs)), f"{node.start_mark}: a key stands here twice"
    return dict(pairs)


_OnceLoader.add_constructor("tag:yaml.org,2002:map", _once)
