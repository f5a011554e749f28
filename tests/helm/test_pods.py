"""The pods: restricted, with secrets as files, replaced one at a time and given the time to drain."""

import pytest

from consumer.adapters.ledger.group import CLOSE_SECONDS
from consumer.wiring.service import LAST_WORDS, LONGEST_COMMIT
from tests.helm.chart import VALUES, Values, changed, example, one, pods, rendered, settings

PODS = [
    (name, kind)
    for name in VALUES
    for kind in ("Deployment", "Pod", "Job")
    if kind != "Job" or name in {"full", "msk-iam", "postgres"}
]
VOLUMES = {"configMap", "secret", "emptyDir", "projected", "persistentVolumeClaim"}


def container(spec: Values) -> Values:
    (found,) = spec["containers"]
    assert isinstance(found, dict)
    return found


def pod_of(name: str, kind: str) -> Values:
    return dict(pods(rendered(example(name))))[kind]


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_every_pod_is_restricted(name: str, kind: str) -> None:
    spec = pod_of(name, kind)
    pod, inside = spec["securityContext"], container(spec)["securityContext"]

    assert (pod["runAsNonRoot"], pod["runAsUser"], pod["runAsGroup"], pod["fsGroup"]) == (True, 10001, 10001, 10001)
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert inside["readOnlyRootFilesystem"] is True
    assert inside["allowPrivilegeEscalation"] is False
    assert inside["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec)
    assert {key for volume in spec["volumes"] for key in volume} <= VOLUMES | {"name"}


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_no_pod_fills_its_node(name: str, kind: str) -> None:
    spec = pod_of(name, kind)
    requests, limits = (container(spec)["resources"][which] for which in ("requests", "limits"))

    assert limits == {"memory": requests["memory"]}, "a limit of CPU would stall Kafka's heartbeats"
    assert requests["cpu"]
    assert all(volume["emptyDir"].get("sizeLimit") for volume in spec["volumes"] if "emptyDir" in volume)


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_no_pod_gets_a_token_or_the_addresses_of_its_neighbours(name: str, kind: str) -> None:
    spec = pod_of(name, kind)
    assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_a_secret_is_a_file_and_no_variable(name: str, kind: str) -> None:
    spec = pod_of(name, kind)
    secret = {each["name"] for each in container(spec).get("env", []) if "secretKeyRef" in each.get("valueFrom", {})}

    assert (secret, container(spec).get("envFrom")) == (set(), None)
    assert all(mount["readOnly"] for mount in container(spec)["volumeMounts"] if mount["name"] not in {"tmp", "ledger"})


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_every_mount_has_its_volume_and_every_volume_its_mount(name: str, kind: str) -> None:
    spec = pod_of(name, kind)
    volumes = [volume["name"] for volume in spec["volumes"]]

    assert sorted(volumes) == sorted(mount["name"] for mount in container(spec)["volumeMounts"])
    assert len(volumes) == len(set(volumes))


@pytest.mark.parametrize("name", VALUES)
def test_no_variable_stands_twice(name: str) -> None:
    for _, spec in pods(rendered(example(name))):
        names = [each["name"] for each in container(spec).get("env", [])]
        assert len(names) == len(set(names))


def test_the_service_account_gives_no_token_either() -> None:
    assert one(rendered(example("minimal")), "ServiceAccount")["automountServiceAccountToken"] is False


def test_one_instance_is_replaced_at_a_time() -> None:
    spec = one(rendered(example("full")), "Deployment")["spec"]

    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    assert spec["minReadySeconds"] > 0


@pytest.mark.parametrize(("drain", "timeout", "grace"), [(20, 10, 50), (30, 12.5, 63), (0.5, 0.5, 21)])
def test_the_grace_follows_from_the_drain(drain: float, timeout: float, grace: int) -> None:
    values = changed(example("minimal"), config__kafka__drain=drain, config__api__timeout=timeout)

    spec = one(rendered(values), "Deployment")["spec"]["template"]["spec"]

    assert spec["terminationGracePeriodSeconds"] == grace
    assert drain + LONGEST_COMMIT + 2 * LAST_WORDS + CLOSE_SECONDS <= grace


def grace_of(values: Values) -> int:
    grace = one(rendered(values), "Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert isinstance(grace, int)
    return grace


def test_a_pre_stop_that_sleeps_takes_nothing_from_the_drain() -> None:
    values = changed(example("minimal"), lifecycle={"preStop": {"sleep": {"seconds": 15}}})

    assert grace_of(values) == grace_of(example("minimal")) + 15


def test_a_pre_stop_of_another_kind_has_a_grace_set_by_hand() -> None:
    hook = {"preStop": {"exec": {"command": ["sleep", "15"]}}}

    assert grace_of(changed(example("minimal"), lifecycle=hook, terminationGracePeriodSeconds=65)) == 65


@pytest.mark.parametrize("kind", ["Deployment", "Pod", "Job"])
def test_what_can_only_be_a_variable_comes_from_a_secret(kind: str) -> None:
    headers = {"name": "collector", "key": "headers"}
    values = changed(example("postgres"), secretEnv={"OTEL_EXPORTER_OTLP_HEADERS": headers}, env={"A": "b"})

    variables = container(dict(pods(rendered(values)))[kind])["env"]

    assert {"name": "OTEL_EXPORTER_OTLP_HEADERS", "valueFrom": {"secretKeyRef": headers}} in variables
    assert {"name": "A", "value": "b"} in variables


def test_the_probes_ask_for_life_and_readiness() -> None:
    spec = container(one(rendered(example("minimal")), "Deployment")["spec"]["template"]["spec"])
    startup, liveness, readiness = (spec[f"{name}Probe"] for name in ("startup", "liveness", "readiness"))

    assert [each["httpGet"]["path"] for each in (startup, liveness, readiness)] == ["/livez", "/livez", "/readyz"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == 60
    assert spec["ports"] == [{"name": "http", "containerPort": 8080}]
    assert spec["args"] == ["run", "--config", "/etc/returns-consumer/config.yaml"]


def test_a_digest_wins_over_a_tag() -> None:
    digest = "sha256:" + "a" * 64
    values = changed(example("minimal"), image={"repository": "here/it", "tag": "2", "digest": digest})

    assert container(one(rendered(values), "Pod")["spec"])["image"] == f"here/it@{digest}"
    assert container(one(rendered(example("minimal")), "Pod")["spec"])["image"] == "returns-consumer:0.1.0"


def test_the_selector_means_the_service_only() -> None:
    objects = rendered(example("full"))
    selector = one(objects, "Deployment")["spec"]["selector"]["matchLabels"]
    others = [one(objects, "Pod")["metadata"]["labels"], one(objects, "Job")["spec"]["template"]["metadata"]["labels"]]

    assert set(selector) == {"app.kubernetes.io/name", "app.kubernetes.io/instance"}
    assert [labels for labels in others if selector.items() <= labels.items()] == []
    assert one(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == selector
    assert one(objects, "PodMonitor")["spec"]["selector"]["matchLabels"] == selector


def test_an_unhealthy_pod_blocks_no_drain() -> None:
    spec = one(rendered(example("minimal")), "PodDisruptionBudget")["spec"]

    assert (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")


def test_the_pods_are_spread_over_nodes_and_zones() -> None:
    spec = one(rendered(example("full")), "Deployment")["spec"]

    spread = spec["template"]["spec"]["topologySpreadConstraints"]

    assert [each["topologyKey"].rpartition("/")[2] for each in spread] == ["hostname", "zone"]
    assert all(each["labelSelector"] == spec["selector"] for each in spread)
    assert all(each["matchLabelKeys"] == ["pod-template-hash"] for each in spread)


def test_sqlite_lives_on_a_volume_that_outlives_the_release() -> None:
    objects = rendered(example("minimal"))
    claim = one(objects, "PersistentVolumeClaim")
    spec = one(objects, "Deployment")["spec"]["template"]["spec"]

    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert {"name": "ledger", "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}} in spec["volumes"]
    assert {"name": "ledger", "mountPath": "/var/lib/returns-consumer"} in container(spec)["volumeMounts"]


def test_the_migration_needs_nothing_that_is_not_there_yet() -> None:
    objects = rendered(example("full"))
    job = one(objects, "Job")
    config = one(objects, "ConfigMap", "-migration")
    spec = job["spec"]["template"]["spec"]

    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert config["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert int(config["metadata"]["annotations"]["helm.sh/hook-weight"]) < 0
    assert "serviceAccountName" not in spec
    assert spec["volumes"][0]["configMap"]["name"] == config["metadata"]["name"]
    assert container(spec)["args"][0] == "migrate"
    assert config["data"] == one(objects, "ConfigMap", "r-returns")["data"]


def test_sqlite_needs_no_migration() -> None:
    assert not [each for each in rendered(example("minimal")) if each["kind"] == "Job"]


def test_the_test_asks_for_everything_but_the_volume() -> None:
    pod = one(rendered(example("minimal")), "Pod")

    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert container(pod["spec"])["args"] == ["check", "--connect", "--config", "/etc/returns-consumer/config.yaml"]
    assert pod["spec"]["restartPolicy"] == "Never"
    assert not [volume for volume in pod["spec"]["volumes"] if "persistentVolumeClaim" in volume]


@pytest.mark.parametrize("release", ["r", "returns-consumer", "a" * 53])
def test_every_name_fits(release: str) -> None:
    for values in (example("full"), example("postgres")):
        for each in rendered(values, release):
            assert len(each["metadata"]["name"]) <= 63
            assert all(len(str(value)) <= 63 for value in each["metadata"]["labels"].values())


def test_a_role_of_aws_comes_by_the_service_account_and_by_no_secret() -> None:
    objects = rendered(example("msk-iam"))
    account = one(objects, "ServiceAccount")
    spec = one(objects, "Deployment")["spec"]["template"]["spec"]

    assert account["metadata"]["annotations"].keys() == {"eks.amazonaws.com/role-arn"}
    assert spec["serviceAccountName"] == account["metadata"]["name"]
    assert {each["name"] for each in container(spec)["env"] if "value" in each} == {"AWS_STS_REGIONAL_ENDPOINTS"}
    assert settings(objects)["kafka"]["oauth"] == "msk-iam"


def test_the_secret_properties_of_librdkafka_are_a_file() -> None:
    objects = rendered(example("postgres"))

    for _, spec in pods(objects):
        (mount,) = (each for each in container(spec)["volumeMounts"] if each["name"] == "kafka-options")
        (volume,) = (each["secret"] for each in spec["volumes"] if each["name"] == "kafka-options")
        assert settings(objects)["kafka"]["options_file"] == f"{mount['mountPath']}/{volume['items'][0]['path']}"
        assert (volume["secretName"], volume["items"][0]["key"]) == ("returns-consumer-kafka", "kafka-options")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({}, "metadata.labels['topology.kubernetes.io/zone']"),
        ({"kafkaRack__podLabel": "rack"}, "metadata.labels['rack']"),
        ({"kafkaRack__podLabel": ""}, None),
        ({"config__kafka__client_rack": "a"}, None),
    ],
)
def test_a_pod_tells_the_brokers_its_own_zone_unless_all_tell_the_same(
    change: dict[str, object], path: str | None
) -> None:
    spec = one(rendered(changed(example("minimal"), **change)), "Deployment")["spec"]["template"]["spec"]
    told = {each["name"]: each["valueFrom"]["fieldRef"]["fieldPath"] for each in container(spec).get("env", [])}

    assert told == ({} if path is None else {"CONSUMER_KAFKA__CLIENT_RACK": path})


def test_a_password_for_the_brokers_is_a_file_that_follows_its_secret() -> None:
    objects = rendered(example("full"))
    spec = one(objects, "Deployment")["spec"]["template"]["spec"]
    (mount,) = (each for each in container(spec)["volumeMounts"] if each["name"] == "secrets")

    assert settings(objects, "r-returns")["kafka"]["sasl_password_file"] == f"{mount['mountPath']}/kafka-password"
    assert "subPath" not in mount
