"""The network policy lets through what is needed, and nothing else."""

import pytest

from tests.helm.chart import Values, changed, example, one, rendered


def egress(values: Values) -> list[tuple[list[int], list[str]]]:
    """Each rule's ports and address ranges; none means any address."""
    spec = one(rendered(values), "NetworkPolicy")["spec"]
    return [
        (
            [port["port"] for port in rule["ports"]],
            [to["ipBlock"]["cidr"] for to in rule.get("to", []) if "ipBlock" in to],
        )
        for rule in spec["egress"]
    ]


def test_without_asking_there_is_none() -> None:
    assert not [each for each in rendered(example("minimal")) if each["kind"] == "NetworkPolicy"]


def test_the_ways_out_follow_from_the_settings() -> None:
    assert egress(example("full")) == [
        ([53, 53], []),
        ([9094], []),
        ([8443], ["192.0.2.0/24"]),
        ([8081], []),
        ([5432], ["10.30.0.0/16"]),
        ([4318], ["10.40.0.0/16"]),
        ([8200], []),
    ]


def test_with_a_role_the_way_to_who_gives_it_is_open() -> None:
    assert egress(example("msk-iam"))[1:] == [
        ([9098], ["10.20.0.0/16"]),
        ([8443], []),
        ([5432], []),
        ([443], ["10.21.0.0/16"]),
    ]


def test_a_url_without_a_port_has_its_schemes() -> None:
    values = changed(
        example("minimal"),
        networkPolicy__enabled=True,
        config__schemas__registry_url="http://registry/apis:1/v7",
        config__kafka__bootstrap_servers="SSL://kafka-1:9093, kafka-2:9094",
    )

    assert egress(values)[1:] == [([9093, 9094], []), ([443], []), ([80], [])]


@pytest.mark.parametrize(
    ("endpoint", "ports"),
    [("http://collector:4318/", [4318]), ("https://collector.example", [443]), ("", None)],
)
@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_the_way_to_the_collector_follows_from_its_address(
    variable: str, endpoint: str, ports: list[int] | None
) -> None:
    values = changed(example("minimal"), networkPolicy__enabled=True, env={variable: endpoint})

    assert egress(values)[3:] == ([] if ports is None else [(ports, [])])


@pytest.mark.parametrize(
    ("change", "ports"),
    [
        ({"secrets__keys__registryOauth": "o", "config__schemas__registry_url": "https://registry:8081"}, [443]),
        ({"config__kafka__options": {"sasl.oauthbearer.token.endpoint.url": "https://issuer:8443/token"}}, [8443]),
        ({"networkPolicy__issuer__ports": [80]}, [80]),
    ],
)
def test_the_way_to_who_issues_tokens_is_open(change: dict[str, object], ports: list[int]) -> None:
    policy = {"networkPolicy__enabled": True, "networkPolicy__issuer__cidrs": ["169.254.169.254/32"]}

    assert egress(changed(example("minimal"), **policy, **change))[-1] == (ports, ["169.254.169.254/32"])


def test_without_an_issuer_no_way_leads_to_one() -> None:
    values = changed(
        example("minimal"), networkPolicy__enabled=True, networkPolicy__issuer__cidrs=["169.254.169.254/32"]
    )

    assert "169.254.169.254/32" not in str(egress(values))


def test_only_who_scrapes_comes_in() -> None:
    (rule,) = one(rendered(example("full")), "NetworkPolicy")["spec"]["ingress"]

    assert [port["port"] for port in rule["ports"]] == [8080]
    assert rule["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
        }
    ]


def test_the_migration_and_the_test_may_go_the_same_ways() -> None:
    objects = rendered(example("full"))
    instance, name = one(objects, "NetworkPolicy")["spec"]["podSelector"]["matchExpressions"]
    labels = [
        one(objects, "Deployment")["spec"]["template"]["metadata"]["labels"],
        one(objects, "Job")["spec"]["template"]["metadata"]["labels"],
        one(objects, "Pod")["metadata"]["labels"],
    ]

    assert {each["app.kubernetes.io/instance"] for each in labels} == set(instance["values"])
    assert {each["app.kubernetes.io/name"] for each in labels} == set(name["values"])


def test_dns_may_be_asked_anywhere() -> None:
    values = changed(
        example("mtls"),
        networkPolicy__dns={"namespaceLabels": {"kubernetes.io/metadata.name": None}, "podLabels": {"k8s-app": None}},
    )

    assert "to" not in one(rendered(values), "NetworkPolicy")["spec"]["egress"][0]
