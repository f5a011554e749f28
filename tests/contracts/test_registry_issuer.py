"""The token for the registry: asked of an issuer, renewed in time whatever that says of its life."""

import asyncio
import json
from collections.abc import Iterator
from traceback import format_exception

import pytest

from consumer.adapters.avro import REVOKE_OUTCOME, Registry, RegistryAccess
from consumer.adapters.avro.registry_issuer import Issuer
from consumer.ports import ASSUMED_TTL, RENEWED_AT, Unavailable
from tests.contracts.a_fake_registry import FakeRegistry, a_fake_registry
from tests.sandbox.a_client import Clock

RENEWED = ASSUMED_TTL * RENEWED_AT
NOBODY = "http://127.0.0.1:1/token"


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with a_fake_registry() as listening:
        yield listening


@pytest.fixture
def clock() -> Clock:
    return Clock()


def given(issuer: str, **changed: object) -> dict[str, object]:
    named = {"client.id": "us", "client.secret": "kept-to-itself", "scope": "schemas", **changed}
    named |= {"credentials.source": "OAUTHBEARER", "issuer.endpoint.url": issuer}
    return {f"bearer.auth.{name}": value for name, value in named.items()}


@pytest.fixture
def client(fake: FakeRegistry, clock: Clock) -> Iterator[Registry]:
    client = Registry(RegistryAccess(url=fake.url, timeout=5, oauth=given(f"{fake.url}/token")), clock)
    yield client
    client.close()


def gives(fake: FakeRegistry, token: str, **more: object) -> None:
    fake.answers["POST /token"] = (200, json.dumps({"access_token": token, "token_type": "Bearer", **more}))


def shown(fake: FakeRegistry) -> list[str]:
    return [each for each in fake.credentials if each and each.startswith("Bearer")]


@pytest.mark.parametrize(
    ("said", "renewed"),
    [
        ({"expires_in": 1000}, 800.0),
        ({"expires_in": "1000"}, 800.0),
        ({}, RENEWED),
        *[({"expires_in": odd}, RENEWED) for odd in (None, "soon", "nan", 0, -1)],
        ({"expires_in": [7]}, RENEWED),
    ],
)
async def test_a_token_is_renewed_in_time_whatever_its_issuer_says_of_its_life(
    fake: FakeRegistry, client: Registry, clock: Clock, said: dict[str, object], renewed: float
) -> None:
    gives(fake, "first", **said)
    await client.schema_texts(7)
    clock.now += renewed - 1
    await client.schema_texts(7)
    gives(fake, "second", **said)
    clock.now += 1
    await client.schema_texts(7)

    assert shown(fake) == ["Bearer first", "Bearer first", "Bearer second"]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_that_the_registry_refuses_is_replaced_before_its_end(
    fake: FakeRegistry, client: Registry, status: int
) -> None:
    gives(fake, "first", expires_in=1000)
    fake.answers["GET /schemas/ids/7"] = (status, "{}")
    with pytest.raises(Unavailable):
        await client.schema_texts(7)

    gives(fake, "second", expires_in=1000)
    del fake.answers["GET /schemas/ids/7"]

    assert await client.schema_texts(7) is None
    assert shown(fake) == ["Bearer first", "Bearer second"]


async def test_a_token_that_is_still_good_is_shown_while_its_issuer_is_away(
    fake: FakeRegistry, client: Registry, clock: Clock
) -> None:
    gives(fake, "first", expires_in=1000)
    await client.schema_texts(7)
    fake.answers["POST /token"] = (503, "")
    clock.now += 999
    await client.schema_texts(7)
    clock.now += 1

    with pytest.raises(Unavailable):
        await client.schema_texts(7)
    assert shown(fake) == ["Bearer first", "Bearer first"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((401, json.dumps({"error": "invalid", "error_description": "not kept-to-itself"})), "HTTP 401"),
        ((503, "kept-to-itself"), "HTTP 503"),
        ((200, "kept-to-itself"), "its answer is not JSON"),
        ((200, "[" * 100_000), "its answer is not JSON"),
        ((200, "[]"), "its answer has none"),
        ((200, json.dumps({"access_token": 7})), "its answer has none"),
        ((200, json.dumps({"access_token": "kept-\nto-itself"})), "its answer has none"),
    ],
)
async def test_the_kind_of_an_answer_without_a_token_is_told_and_nothing_that_it_says(
    fake: FakeRegistry, client: Registry, answer: tuple[int, str], kind: str
) -> None:
    fake.answers["POST /token"] = answer

    for asked in (client.schema_texts(7), client.register("s", REVOKE_OUTCOME)):
        with pytest.raises(Unavailable) as unavailable:
            await asked

        told = "".join(format_exception(unavailable.value))
        assert unavailable.value.words == f"its issuer gives no token ({kind}); see schemas.registry_oauth_file"
        assert "to-itself" not in told
    assert shown(fake) == []


@pytest.mark.parametrize(
    ("issuer", "kind"), [(NOBODY, "ConnectionRefusedError"), ("https://nobody.invalid/token", "gaierror")]
)
async def test_the_kind_of_an_issuer_s_silence_is_told(issuer: str, kind: str) -> None:
    client = Registry(RegistryAccess(url="http://127.0.0.1:1", timeout=5, oauth=given(issuer)))

    with pytest.raises(Unavailable) as unavailable:
        await client.schema_texts(7)

    assert unavailable.value.words == f"its issuer gives no token ({kind}); see schemas.registry_oauth_file"
    client.close()


async def test_those_who_wait_for_a_token_at_once_are_told_of_one_failure(
    fake: FakeRegistry, client: Registry, clock: Clock
) -> None:
    fake.answers["POST /token"] = (503, "")

    await asyncio.gather(*(client.schema_texts(each) for each in range(5)), return_exceptions=True)
    asked = len(fake.asked)
    clock.now += 1
    gives(fake, "first")

    assert asked == 1
    assert await client.schema_texts(7) is None


async def test_a_fault_of_our_own_is_not_taken_for_silence(client: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_: Issuer) -> str:
        raise KeyError("expires_in")

    monkeypatch.setattr(Issuer, "token", fault)

    with pytest.raises(KeyError):
        await client.schema_texts(7)


async def test_which_cluster_is_meant_is_told_where_it_is_set(fake: FakeRegistry) -> None:
    named = given(f"{fake.url}/token", **{"logical.cluster": "lsrc-1", "identity.pool.id": "pool-1"})
    gives(fake, "first")
    client = Registry(RegistryAccess(url=fake.url, timeout=5, oauth=named))

    await client.schema_texts(7)

    assert (fake.headers["target-sr-cluster"], fake.headers["Confluent-Identity-Pool-Id"]) == ("lsrc-1", "pool-1")
    client.close()


async def test_a_managed_identity_of_azure_asks_its_machine(fake: FakeRegistry) -> None:
    azure: dict[str, object] = {
        "bearer.auth.credentials.source": "OAUTHBEARER_AZURE_IMDS",
        "bearer.auth.issuer.endpoint.url": f"{fake.url}/token",
        "bearer.auth.issuer.endpoint.query": "resource=r&api-version=2018-02-01",
    }
    fake.answers["GET /token"] = (200, json.dumps({"access_token": "azure", "expires_in": "3599", "expires_on": "1"}))
    client = Registry(RegistryAccess(url=fake.url, timeout=5, oauth=azure))

    await client.schema_texts(7)
    await client.schema_texts(7)

    assert fake.asked[0] == "GET /token?resource=r&api-version=2018-02-01"
    assert shown(fake) == ["Bearer azure", "Bearer azure"]
    client.close()
