"""Round trips with a real schema registry."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from consumer.adapters.avro import (
    RETURN_TRANSACTION,
    REVOKE_OUTCOME,
    OutcomeCodec,
    RecordDecoder,
    Registry,
    RegistryAccess,
    load_schema,
)
from consumer.adapters.avro import SchemaRefused as Refused
from tests.contracts.read_fields import LIMITS, fields_of
from tests.contracts.test_avro_outcomes import AN_OUTCOME
from tests.contracts.test_avro_records import A_RETURN

pytestmark = pytest.mark.registry

RETURN = load_schema(RETURN_TRANSACTION)
OUTCOME = load_schema(REVOKE_OUTCOME)


@pytest.fixture
def client(registry: str) -> Iterator[Registry]:
    client = Registry(RegistryAccess(url=registry, timeout=10))
    yield client
    client.close()


@pytest.fixture
def foreign(registry: str) -> Iterator[SchemaRegistryClient]:
    """The vendor's own client, as a producer uses it."""
    with SchemaRegistryClient({"url": registry}) as client:
        yield client


@pytest.fixture
def topic() -> str:
    return f"topic-{uuid4().hex}"


async def read(client: Registry, value: bytes) -> dict[str, object]:
    decoder = RecordDecoder(RETURN, registry=client, accept_json=True, limits=LIMITS)
    assert await decoder.learn(int.from_bytes(value[1:5], "big"))
    return dict(fields_of(decoder, value))


def serialized(foreign: SchemaRegistryClient, topic: str, schema: str, fields: dict[str, object]) -> bytes:
    value = AvroSerializer(foreign, schema)(fields, SerializationContext(topic, MessageField.VALUE))
    assert isinstance(value, bytes)
    return value


async def test_what_a_foreign_producer_wrote_is_read(
    client: Registry, foreign: SchemaRegistryClient, topic: str
) -> None:
    assert await read(client, serialized(foreign, topic, RETURN.text, A_RETURN)) == A_RETURN


async def test_what_a_newer_producer_wrote_is_read(client: Registry, foreign: SchemaRegistryClient, topic: str) -> None:
    schema = json.loads(RETURN.text)
    schema["fields"].insert(0, {"name": "colour", "type": ["null", "string"], "default": None})

    assert await read(client, serialized(foreign, topic, json.dumps(schema), {**A_RETURN, "colour": "red"})) == A_RETURN


async def test_an_id_that_nobody_registered_is_not_known(client: Registry) -> None:
    assert await client.schema_texts(2**31 - 1) is None
    assert not await RecordDecoder(RETURN, registry=client, accept_json=True, limits=LIMITS).learn(999_999)


async def test_a_schema_that_refers_to_another_is_read(
    client: Registry, foreign: SchemaRegistryClient, topic: str
) -> None:
    schema = json.loads(RETURN.text)
    line = schema["fields"][-1]["type"][1]["items"]
    schema["fields"][-1]["type"][1]["items"] = "returns.v1.PurchaseLine"
    foreign.register_schema(f"{topic}-line", Schema(json.dumps({**line, "namespace": "returns.v1"}), "AVRO"))
    reference = {"name": "returns.v1.PurchaseLine", "subject": f"{topic}-line", "version": 1}
    referring = Schema.from_dict({"schema": json.dumps(schema), "schemaType": "AVRO", "references": [reference]})
    schema_id = foreign.register_schema(topic, referring)
    body = serialized(foreign, f"{topic}-plain", RETURN.text, A_RETURN)[5:]

    assert await read(client, b"\0" + schema_id.to_bytes(4, "big") + body) == A_RETURN


async def test_a_foreign_consumer_reads_the_outcome(
    client: Registry, foreign: SchemaRegistryClient, topic: str
) -> None:
    codec = OutcomeCodec(OUTCOME, registry=client, results_topic=topic)
    await codec.prepare()

    published = codec.publish(codec.encode(AN_OUTCOME))

    told = AvroDeserializer(foreign)(published, SerializationContext(topic, MessageField.VALUE))
    assert isinstance(told, dict)
    assert (told["outcome_id"], told["status"]) == ("o1", "PARTLY_REVOKED")
    assert foreign.get_latest_version(f"{topic}-value").schema_id == int.from_bytes(published[1:5], "big")


async def test_instances_that_prepare_one_after_the_other_publish_under_one_id(client: Registry, topic: str) -> None:
    stored = OutcomeCodec(OUTCOME, registry=None, results_topic=topic).encode(AN_OUTCOME)
    headers = set()
    for _ in range(2):
        codec = OutcomeCodec(OUTCOME, registry=client, results_topic=topic)
        await codec.prepare()
        headers.add(codec.publish(stored)[:5])

    assert len(headers) == 1


async def test_a_subject_that_holds_something_else_refuses_our_schema(
    client: Registry, foreign: SchemaRegistryClient, topic: str
) -> None:
    subject = f"{topic}-value"
    foreign.register_schema(subject, Schema('{"type": "record", "name": "Other", "fields": []}', "AVRO"))
    foreign.set_compatibility(subject, "FULL")

    with pytest.raises(Refused, match=subject):
        await OutcomeCodec(OUTCOME, registry=client, results_topic=topic).prepare()
