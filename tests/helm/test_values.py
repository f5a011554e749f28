"""The values: told, checked and used, leaf by leaf."""

import json
import re
from collections.abc import Iterator, Mapping

import pytest
from pydantic import SecretStr

from consumer.settings.section import Section
from consumer.settings.sections import Settings
from consumer.settings.sources import COMPLETED
from tests.helm.chart import CHART, RefusedError, Values, changed, defaults, example, rendered, text

SCHEMA: Values = json.loads((CHART / "values.schema.json").read_text())
FREE = {"config.kafka.options", "env", "secretEnv", "lifecycle", "affinity", "nodeSelector", "resources"}
"""Maps whose keys are the operator's."""

EVERYTHING = changed(
    example("full"),
    migration__enabled=False,
    externalSecret={"enabled": True, "secretStoreRef": {"name": "vault"}, "remoteKey": "returns"},
    autoscaling={"enabled": True, "partitions": 12, "prometheus": {"serverAddress": "http://prometheus:9090"}},
    config__api__quota_per_minute=20000,
    config__schemas__registry_url="https://registry:8081",
    secrets__keys={"registryAuth": "registry-auth", "kafkaPassword": "kafka-password"},
)
SQLITE = changed(example("minimal"), networkPolicy__enabled=True)
SHARED = example("postgres")
ISSUED = changed(SHARED, networkPolicy__enabled=True)
TLS = example("mtls")
MSK = example("msk-iam")

OTHERS: dict[str, object] = {
    "image.digest": "sha256:" + "1" * 64,
    "replicas": 0,
    "externalSecret.refreshInterval": "2h",
    "externalSecret.secretStoreRef.kind": "ClusterSecretStore",
    "externalSecret.enabled": False,
    "autoscaling.prometheus.serverAddress": "http://another:9090",
    "autoscaling.prometheus.quotaUsed": 0.9,
    "ledger.type": "postgres",
    "autoscaling.enabled": False,
    "autoscaling.requestsPerPod": 9000,
    "terminationGracePeriodSeconds": 100,
    "resources.requests.cpu": 1,
    "resources.requests.memory": "1Gi",
    "resources.limits.memory": "1Gi",
    "affinity": {"podAntiAffinity": {}},
    "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
    "image.pullSecrets": ["others"],
    "networkPolicy.kafka.ports": [1],
    "networkPolicy.api.ports": [1],
    "networkPolicy.registry.ports": [1],
    "networkPolicy.traces.ports": [1],
    "networkPolicy.aws.ports": [1],
    "networkPolicy.issuer.ports": [1],
    "secretEnv": {"OTEL_EXPORTER_OTLP_HEADERS": {"name": "collector", "key": "headers"}},
    "persistence.size": "9Gi",
    "persistence.accessMode": "ReadWriteOncePod",
    "image.pullPolicy": "Always",
    "spread.whenUnsatisfiable": "DoNotSchedule",
    "podSecurityContext.fsGroupChangePolicy": "Always",
    "podSecurityContext.seccompProfile.type": "Localhost",
    "podMonitor.interval": "15s",
    "podMonitor.scrapeTimeout": "5s",
    "extraVolumes": [],
    "extraVolumeMounts": [],
    "tolerations": [],
    "networkPolicy.extraEgress": [],
    "prometheusRule.disabled": ["ReturnsDown"],
}
"""Another value for leaves that do not take any."""
SEEN_ELSEWHERE = {
    "podSecurityContext.runAsNonRoot",  # may not be anything but true
    "persistence.enabled",  # may not be false with SQLite
    "autoscaling.partitions",  # bounds maxReplicas
}


def leaves(values: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        path = f"{before}{name}"
        if isinstance(value, dict) and value and not path.endswith(("abels", "nnotations")):
            yield from leaves(value, f"{path}.")
        else:
            yield path, value


LEAVES = dict(leaves(defaults()))


@pytest.mark.parametrize("path", LEAVES)
def test_every_leaf_is_in_the_schema(path: str) -> None:
    at: Values = SCHEMA
    for name in path.split("."):
        at = SCHEMA["$defs"][at["$ref"].rpartition("/")[2]] if "$ref" in at else at
        at = at["properties"][name] if name in at.get("properties", {}) else at["additionalProperties"]

    assert at


def test_every_leaf_of_the_schema_has_a_default() -> None:
    def schema_leaves(schema: Values, before: str = "") -> Iterator[str]:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        for name, below in schema["properties"].items():
            path = f"{before}{name}"
            inner = "properties" in below or "$ref" in below
            yield from schema_leaves(below, f"{path}.") if inner and path not in FREE else (path,)

    known = set(LEAVES) | {path for leaf in LEAVES for path in _parents(leaf)}
    only_in_schema = {
        "global",
        "podSecurityContext.supplementalGroups",
        "podSecurityContext.seccompProfile.localhostProfile",
    }

    assert {path for path in schema_leaves(SCHEMA) if path not in known} == only_in_schema


def _parents(path: str) -> Iterator[str]:
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def test_every_block_of_the_schema_refuses_what_it_does_not_know() -> None:
    def blocks(schema: object) -> Iterator[Values]:
        if isinstance(schema, dict):
            if "properties" in schema and "type" in schema:
                yield schema
            for below in schema.values():
                yield from blocks(below)

    found = list(blocks(SCHEMA))

    assert len(found) > len(Settings.model_fields)
    assert [block for block in found if block.get("additionalProperties") is not False] == []


def test_every_leaf_is_told_in_a_sentence() -> None:
    lines = (CHART / "values.yaml").read_text().splitlines()
    leaf = re.compile(r"^ *[A-Za-z_]+: *[^# ].*|^ *[A-Za-z_]+: (\[\]|\{\})$")
    inside = re.compile(r"^ *(kubernetes\.io/metadata\.name|k8s-app|grafana_dashboard|grafana_folder):")

    untold = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if leaf.match(line) and not inside.match(line) and not re.fullmatch(r" *# -- [A-Z`].*\.", before)
    ]

    assert untold == []


@pytest.mark.parametrize(
    "path", sorted(path for path in LEAVES if path not in SEEN_ELSEWHERE and not path.startswith("config."))
)
def test_every_leaf_changes_what_is_rendered(path: str) -> None:
    other = OTHERS.get(path, _other(LEAVES[path]))
    change = {path.replace(".", "__"): other}

    assert any(_differs(base, change) for base in (EVERYTHING, SQLITE, SHARED, ISSUED, TLS, MSK))


def _other(value: object) -> object:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}1" if value else "another"
        case list():
            return [1234] if value and isinstance(value[0], int) else ["10.99.0.0/16"]
        case _:
            return {"another": "one"}


def _differs(base: Values, change: dict[str, object]) -> bool:
    try:
        return text(changed(base, **change)) != text(base)
    except RefusedError:
        return False


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(RefusedError, match="replicaCount"):
        rendered(changed(example("minimal"), replicaCount=2))
    with pytest.raises(RefusedError, match="time_out"):
        rendered(changed(example("minimal"), config__api__time_out=2))


def test_a_secret_has_no_place_in_the_values() -> None:
    secrets = [
        (section, name)
        for section, content in defaults()["config"].items()
        for name in content
        if f"{name}_file" in _section(section).model_fields.keys() - {f"{each}_file" for each in COMPLETED}
    ]

    assert secrets == []
    with pytest.raises(RefusedError, match="password"):
        rendered(changed(example("minimal"), config__api__password="hunter2"))  # noqa: S106 - it is refused


def test_the_settings_and_their_defaults_are_the_services_own() -> None:
    for name in Settings.model_fields:
        section = _section(name)
        told = defaults()["config"][name]
        known = {
            setting: _plain(getattr(section(), setting))
            for setting in section.model_fields
            if not setting.endswith("_file") and (setting in COMPLETED or f"{setting}_file" not in section.model_fields)
        }
        assert {setting: told[setting] for setting in known if setting != "output"} == {
            setting: value for setting, value in known.items() if setting != "output"
        }
        assert set(told) == set(known)


def _section(name: str) -> type[Section]:
    annotation = Settings.model_fields[name].annotation
    assert isinstance(annotation, type)
    assert issubclass(annotation, Section)
    return annotation


def _plain(value: object) -> object:
    match value:
        case None:
            return ""
        case SecretStr():
            return value.get_secret_value()
        case frozenset():
            return sorted(str(each) for each in value)
        case tuple():
            return list(value)
        case Mapping():
            return dict(value)
        case _:
            return value
