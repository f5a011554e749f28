"""The schema registry of the testbed is a real one."""

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

pytestmark = pytest.mark.registry


def test_a_schema_is_registered_under_an_id_and_read_back_by_it(registry: str) -> None:
    with SchemaRegistryClient({"url": registry}) as client:
        number = client.register_schema("seen-value", Schema('{"type": "string"}', "AVRO"))
        found = client.get_schema(number)

    assert found.schema_str is not None
    assert "string" in found.schema_str
