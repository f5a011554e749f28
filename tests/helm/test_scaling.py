"""Scaling by lag: never past the partitions or the quota, and the Deployment lets the count go."""

import re

import pytest

from tests.helm.chart import NAMESPACE, changed, example, one, rendered
from tests.ops.a_page import labels_by_name

KEDA = example("keda")


def test_without_asking_the_count_is_fixed() -> None:
    objects = rendered(example("minimal"))

    assert one(objects, "Deployment")["spec"]["replicas"] == 1
    assert not [each for each in objects if each["kind"] == "ScaledObject"]


def test_the_deployment_leaves_the_count_to_the_autoscaler() -> None:
    assert "replicas" not in one(rendered(KEDA), "Deployment")["spec"]
    assert "replicas" not in one(rendered(changed(example("postgres"), replicas=None)), "Deployment")["spec"]


@pytest.mark.parametrize(
    ("most", "quota", "instances"),
    [(12, 2400, 5), (12, 2631, 5), (12, 2632, 6), (3, 2400, 3), (12, 0, 12), (12, 10**6, 12)],
)
def test_the_quota_caps_the_instances(most: int, quota: int, instances: int) -> None:
    values = changed(KEDA, autoscaling__maxReplicas=most, config__api__quota_per_minute=quota)

    assert one(rendered(values), "ScaledObject")["spec"]["maxReplicaCount"] == instances


def test_lag_is_counted_as_the_service_reads() -> None:
    values = changed(KEDA, config__kafka__group_id="others", config__topics__returns="more-returns")
    trigger = one(rendered(values), "ScaledObject")["spec"]["triggers"][0]

    assert trigger["metadata"] == {
        "bootstrapServers": "kafka:9092",
        "consumerGroup": "others",
        "topic": "more-returns",
        "lagThreshold": "1000",
        "offsetResetPolicy": "earliest",
        "allowIdleConsumers": "false",
        "limitToPartitionsWithLag": "true",
        "excludePersistentLag": "true",
        "scaleToZeroOnInvalidOffset": "false",
    }
    assert trigger["authenticationRef"] == {"name": "kafka"}


def test_steps_are_few_as_each_is_a_rebalance() -> None:
    spec = one(rendered(KEDA), "ScaledObject")["spec"]
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]

    assert spec["minReplicaCount"] == 1
    assert behavior["scaleUp"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 120}]
    assert behavior["scaleDown"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 300}]


def test_without_prometheus_lag_alone_counts() -> None:
    spec = one(rendered(changed(KEDA, autoscaling__prometheus__serverAddress="")), "ScaledObject")["spec"]

    assert [each["type"] for each in spec["triggers"]] == ["kafka"]
    assert "scalingModifiers" not in spec["advanced"]


def test_with_prometheus_no_instance_is_added_while_the_quota_is_used_up() -> None:
    values = changed(KEDA, autoscaling__lagThreshold=500, autoscaling__prometheus__quotaUsed=0.9)
    spec = one(rendered(values), "ScaledObject")["spec"]
    ours = f'job="r-returns-consumer",namespace="{NAMESPACE}"'

    assert spec["advanced"]["scalingModifiers"] == {
        "formula": "quota_used > 0.9 ? min(lag, instances * 500) : lag",
        "target": "500",
        "metricType": "AverageValue",
    }
    assert {each["name"]: each["metadata"].get("query") for each in spec["triggers"]} == {
        "lag": None,
        "quota_used": f"avg(returns_quota_used_ratio{{{ours}}})",
        "instances": f"count(returns_build_info{{{ours}}})",
    }
    assert all(each["metadata"]["serverAddress"] for each in spec["triggers"] if each["type"] == "prometheus")


def test_where_another_scrapes_its_job_is_asked() -> None:
    values = changed(KEDA, podMonitor__enabled=False, autoscaling__prometheus__job="pods")
    triggers = one(rendered(values), "ScaledObject")["spec"]["triggers"]

    queries = [each["metadata"]["query"] for each in triggers if each["type"] == "prometheus"]

    assert all(f'{{job="pods",namespace="{NAMESPACE}"}}' in query for query in queries)


def test_where_nobody_is_scraped_the_count_stays() -> None:
    triggers = one(rendered(KEDA), "ScaledObject")["spec"]["triggers"]

    assert [each["metadata"].get("ignoreNullValues") for each in triggers] == [None, "false", "false"]


def test_what_the_formula_asks_for_is_on_the_page() -> None:
    triggers = one(rendered(KEDA), "ScaledObject")["spec"]["triggers"]
    asked = {name for each in triggers for name in re.findall(r"returns_\w+", each["metadata"].get("query", ""))}

    assert asked <= labels_by_name().keys()
    assert len(asked) == 2


def test_the_external_secret_brings_the_keys_that_are_mounted() -> None:
    objects = rendered(KEDA)
    spec = one(objects, "ExternalSecret")["spec"]
    volumes = one(objects, "Deployment")["spec"]["template"]["spec"]["volumes"]
    (mounted,) = (volume["secret"] for volume in volumes if volume["name"] == "secrets")

    assert spec["target"]["name"] == mounted["secretName"]
    assert [each["secretKey"] for each in spec["data"]] == [each["key"] for each in mounted["items"]]


def test_the_external_secret_brings_what_else_is_mounted_of_it() -> None:
    name = KEDA["secrets"]["existingSecret"]
    values = changed(KEDA, kafkaOptions__existingSecret=name, kafkaTls__existingSecret=name)

    brought = {each["secretKey"] for each in one(rendered(values), "ExternalSecret")["spec"]["data"]}

    assert brought == {"api-password", "ledger-url", "kafka-options", "ca.crt", "tls.crt", "tls.key"}
