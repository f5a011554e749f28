"""What the benchmarks put into Kafka, and how they read what comes out."""

import io
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import fastavro
from confluent_kafka import Consumer, Producer, TopicPartition
from fastavro.schema import fingerprint, to_parsing_canonical_form

SCHEMAS = Path(__file__).parents[1] / "schemas"
PARTITIONS = 8
DAY = 86_400.0


class SingleObject:
    """Encodes records of one schema with its fingerprint in front."""

    def __init__(self, name: str) -> None:
        text = json.loads((SCHEMAS / f"{name}.avsc").read_text())
        self._schema = fastavro.parse_schema(text)
        self._header = b"\xc3\x01" + bytes.fromhex(fingerprint(to_parsing_canonical_form(text), "CRC-64-AVRO"))

    def __call__(self, fields: dict[str, object]) -> bytes:
        out = io.BytesIO()
        out.write(self._header)
        fastavro.schemaless_writer(out, self._schema, fields)
        return out.getvalue()


def earns(customers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """One earn of each purchase, purchase n by the n-th customer."""
    encode, now = SingleObject("earn_event"), int(time.time() * 1000)
    for number, customer in enumerate(customers):
        yield (
            customer,
            encode(
                {
                    "event_id": f"earned-{number}",
                    "kind": "EARNED",
                    "customer_id": customer,
                    "earn_id": f"e{number}",
                    "promotion_id": "p1",
                    "promotion_type": "CUSTOMER",
                    "earned_from_type": "ACTIVITY",
                    "bill_number": f"b{number}",
                    "line_ids": [],
                    "earned_at": now,
                }
            ),
        )


def returns(customers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """A full return of each purchase."""
    encode, now = SingleObject("return_transaction"), int(time.time() * 1000)
    for number, customer in enumerate(customers):
        yield (
            customer,
            encode(
                {
                    "event_id": f"returned-{number}",
                    "type": "RETURN",
                    "return_type": "FULL",
                    "customer_id": customer,
                    "bill_number": f"b{number}",
                    "returned_at": now,
                    "lines": [],
                    "purchase_lines": [],
                }
            ),
        )


def paced(records: Iterator[tuple[int, bytes]], pace: float) -> Iterator[tuple[int, bytes]]:
    """The records, so many in a second; at once where `pace` is 0."""
    started = time.monotonic()
    for number, record in enumerate(records):
        if pace and number % 50 == 0:
            time.sleep(max(0.0, started + number / pace - time.monotonic()))
        yield record


def produce(bootstrap: str, topic: str, records: Iterator[tuple[int, bytes]]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20})
    for number, (customer, value) in enumerate(records):
        producer.produce(topic, value, key=str(customer))
        if number % 1000 == 0:
            producer.poll(0.01)
    producer.flush()


def count_outcomes(bootstrap: str, topic: str, expected: int, within: float) -> int:
    """Read committed outcomes until all are there; how many came in time."""
    reader = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": f"{topic}-bench", "isolation.level": "read_committed"}
    )
    reader.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    end, seen = time.monotonic() + within, 0
    while seen < expected and time.monotonic() < end:
        seen += sum(message.error() is None for message in reader.consume(1000, 0.2))
    reader.close()
    return seen
