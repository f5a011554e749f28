"""The registry client against a registry that misbehaves on request."""

import asyncio
import base64
import json
import traceback
from collections.abc import Iterator
from traceback import format_exception

import pytest

from consumer.adapters.avro import (
    REVOKE_OUTCOME,
    OutcomeCodec,
    RecordDecoder,
    Registry,
    RegistryAccess,
    SchemaRefused,
    load_schema,
)
from consumer.adapters.avro.survey import Unusable
from consumer.ports import UNSENDABLE, Unavailable, Undecodable
from tests.contracts.a_fake_registry import FakeRegistry, a_fake_registry
from tests.contracts.read_fields import LIMITS

OUTCOME = load_schema(REVOKE_OUTCOME)


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with a_fake_registry() as listening:
        yield listening


@pytest.fixture
def registry(fake: FakeRegistry) -> Iterator[Registry]:
    client = Registry(RegistryAccess(url=fake.url, timeout=5))
    yield client
    client.close()


def schema_answer(**changed: object) -> tuple[int, str]:
    return 200, json.dumps({"schema": '"string"', **changed})


async def test_a_known_id_is_its_schema(fake: FakeRegistry, registry: Registry) -> None:
    fake.answers["GET /schemas/ids/7"] = schema_answer()

    assert await registry.schema_texts(7) == ('"string"',)


async def test_an_id_that_the_registry_does_not_know_is_none(registry: Registry) -> None:
    assert await registry.schema_texts(7) is None


@pytest.mark.parametrize(
    "answer",
    [
        (404, "<html>no such page</html>"),
        (404, json.dumps({"error_code": 404, "message": "HTTP 404 Not Found"})),
        (401, "{}"),
        (403, "[]"),
        (429, "{}"),
        (500, json.dumps({"error_code": 50001, "message": "broken"})),
        (503, ""),
        (200, ""),
        (200, "not json"),
        (200, "[]"),
        (200, "7"),
    ],
)
async def test_what_no_registry_says_is_no_answer(
    fake: FakeRegistry, registry: Registry, answer: tuple[int, str]
) -> None:
    fake.answers["GET /schemas/ids/7"] = answer

    with pytest.raises(Unavailable) as unavailable:
        await registry.schema_texts(7)

    assert unavailable.value.reason == "registry"
    assert len(fake.asked) == 1


async def test_a_registry_that_is_not_there_gives_no_answer(fake: FakeRegistry) -> None:
    elsewhere = Registry(RegistryAccess(url=fake.url.rpartition(":")[0] + ":1", timeout=5))

    with pytest.raises(Unavailable):
        await elsewhere.schema_texts(7)
    elsewhere.close()


async def test_a_registry_that_hangs_gives_no_answer(fake: FakeRegistry) -> None:
    fake.gate.clear()
    impatient = Registry(RegistryAccess(url=fake.url, timeout=0.05))

    with pytest.raises(Unavailable):
        await impatient.schema_texts(7)
    impatient.close()


async def test_what_was_unanswered_may_be_asked_again(fake: FakeRegistry, registry: Registry) -> None:
    fake.answers["GET /schemas/ids/7"] = (503, "{}")
    with pytest.raises(Unavailable):
        await registry.schema_texts(7)

    fake.answers["GET /schemas/ids/7"] = schema_answer()

    assert await registry.schema_texts(7) == ('"string"',)


async def test_those_who_ask_at_once_share_one_request(fake: FakeRegistry, registry: Registry) -> None:
    fake.gate.clear()
    fake.answers["GET /schemas/ids/7"] = schema_answer()
    asking = [asyncio.create_task(registry.schema_texts(7)) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()

    fake.gate.set()

    assert [await asked for asked in asking[1:]] == [('"string"',)] * 4
    assert asking[0].cancelled()
    assert len(fake.asked) == 1


async def test_credentials_travel_with_every_request(fake: FakeRegistry) -> None:
    client = Registry(RegistryAccess(url=fake.url, timeout=5, auth=lambda: "user:pass:word"))

    await client.schema_texts(7)

    assert fake.credentials == ["Basic " + base64.b64encode(b"user:pass:word").decode()]
    client.close()


async def test_a_token_is_shown_as_it_is_at_each_request(fake: FakeRegistry) -> None:
    tokens = iter(["made", "first", "second"])
    client = Registry(RegistryAccess(url=fake.url, timeout=5, token=lambda: next(tokens)))

    await client.schema_texts(7)
    await client.schema_texts(7)

    assert fake.credentials == ["Bearer first", "Bearer second"]
    client.close()


@pytest.mark.parametrize("broken", ["kept\nto-itself", "kept\x00to-itself", "k\u00e9pt-to-itself"])
async def test_a_token_that_becomes_unsendable_is_no_answer_and_is_not_shown(fake: FakeRegistry, broken: str) -> None:
    tokens = iter(["made", broken, "mended"])
    client = Registry(RegistryAccess(url=fake.url, timeout=5, token=lambda: next(tokens)))

    with pytest.raises(Unavailable) as unavailable:
        await client.schema_texts(7)
    await client.schema_texts(7)

    assert unavailable.value.words == f"schemas.registry_token {UNSENDABLE}"
    assert "to-itself" not in "".join(format_exception(unavailable.value))
    assert fake.credentials == ["Bearer mended"]
    client.close()


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials_are_told_in_our_own_words(
    fake: FakeRegistry, registry: Registry, status: int
) -> None:
    repeated = json.dumps({"error_code": status, "message": "nobody knows Basic dGlsbA=="})
    fake.answers["GET /schemas/ids/7"] = fake.answers["POST /subjects/s/versions"] = (status, repeated)

    for asked in (registry.schema_texts(7), registry.register("s", REVOKE_OUTCOME)):
        with pytest.raises(Unavailable) as unavailable:
            await asked
        told = "".join(traceback.format_exception(unavailable.value))

        assert unavailable.value.words == f"it refuses our credentials ({status})"
        assert f"it refuses our credentials ({status})" in told
        assert "dGlsbA" not in told


async def test_a_schema_comes_after_all_it_refers_to(fake: FakeRegistry, registry: Registry) -> None:
    to_b = [{"name": "B", "subject": "b", "version": 2}]
    fake.answers["GET /schemas/ids/7"] = schema_answer(
        schema="a", references=[*to_b, {"name": "C", "subject": "c", "version": 1}]
    )
    fake.answers["GET /subjects/b/versions/2"] = schema_answer(schema="b", id=2, subject="b", version=2)
    fake.answers["GET /subjects/c/versions/1"] = schema_answer(
        schema="c", id=3, subject="c", version=1, references=to_b
    )

    assert await registry.schema_texts(7) == ("b", "c", "a")


@pytest.mark.parametrize(
    "changed",
    [{"schemaType": "PROTOBUF"}, {"schemaType": "JSON"}, {"references": [{"name": "B", "subject": "b", "version": 2}]}],
)
async def test_a_schema_that_cannot_be_used_makes_its_records_undecodable(
    fake: FakeRegistry, registry: Registry, changed: dict[str, object]
) -> None:
    fake.answers["GET /schemas/ids/7"] = schema_answer(**changed)
    fake.answers["GET /subjects/b/versions/2"] = (404, json.dumps({"error_code": 40401, "message": "gone"}))
    decoder = RecordDecoder(OUTCOME, registry=registry, accept_json=False, limits=LIMITS)

    assert isinstance(await registry.schema_texts(7), Unusable)
    assert await decoder.learn(7)
    with pytest.raises(Undecodable, match="schema 7"):
        decoder.decode(b"\0\0\0\0\x07rest")


async def test_what_is_learnt_is_not_asked_again_and_what_is_not_is(fake: FakeRegistry, registry: Registry) -> None:
    decoder = RecordDecoder(OUTCOME, registry=registry, accept_json=False, limits=LIMITS)
    assert not await decoder.learn(7)
    fake.answers["GET /schemas/ids/7"] = schema_answer(schema=OUTCOME.text)

    assert await decoder.learn(7)
    assert await decoder.learn(7)

    assert len(fake.asked) == 2


async def test_the_outcome_is_published_under_the_id_its_schema_is_given(
    fake: FakeRegistry, registry: Registry
) -> None:
    fake.answers["POST /subjects/results-value/versions"] = (200, json.dumps({"id": 5}))
    codec = OutcomeCodec(OUTCOME, registry=registry, results_topic="results")

    await codec.prepare()

    assert codec.publish(OUTCOME.header + b"body") == b"\0\0\0\0\x05body"


@pytest.mark.parametrize("answer", [(503, "{}"), (401, "{}"), (404, "nothing"), (200, "{}"), (200, "[]"), (200, "")])
async def test_a_registry_that_does_not_register_is_no_answer(
    fake: FakeRegistry, registry: Registry, answer: tuple[int, str]
) -> None:
    fake.answers["POST /subjects/results-value/versions"] = answer

    with pytest.raises(Unavailable):
        await OutcomeCodec(OUTCOME, registry=registry, results_topic="results").prepare()


@pytest.mark.parametrize("status", [409, 422])
async def test_a_refused_schema_is_told_with_the_remedy(fake: FakeRegistry, registry: Registry, status: int) -> None:
    fake.answers["POST /subjects/results-value/versions"] = (
        status,
        json.dumps({"error_code": status, "message": "incompatible"}),
    )

    with pytest.raises(SchemaRefused, match=r"results-value.*incompatible.*single-object"):
        await OutcomeCodec(OUTCOME, registry=registry, results_topic="results").prepare()
