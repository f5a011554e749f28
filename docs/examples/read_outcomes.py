"""Prints outcomes as they come: read_outcomes.py BROKERS TOPIC [HOW_MANY]."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException
from fastavro import schemaless_reader
from fastavro.schema import load_schema

SCHEMA = load_schema(str(Path(__file__).parents[2] / "schemas" / "revoke_outcome.avsc"))
HEADER = 10  # Avro single-object: C3 01 and a fingerprint. Where a registry is set, it is Confluent's 5 bytes.


def handle(outcome: Any) -> None:
    """What you do with an outcome: here it is printed."""
    earns = ", ".join(f"{each['earn_id']} {each['verdict']}" for each in outcome["verdicts"])
    print(f"{outcome['event_id']}  {outcome['cause']}  {outcome['status']}  {earns or outcome['reason']}", flush=True)


def main(brokers: str, topic: str, how_many: str = "-1") -> None:
    """Handle so many outcomes; by itself, all there will ever be."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "outcome-printer",
            "isolation.level": "read_committed",  # or outcomes of aborted transactions are read as well
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    left = int(how_many)
    while left:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        handle(schemaless_reader(BytesIO((message.value() or b"")[HEADER:]), SCHEMA, None))
        consumer.commit(message=message, asynchronous=False)
        left -= 1
    consumer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
