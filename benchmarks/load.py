"""What the benchmarks put into Kafka, and when."""

import io
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

import fastavro
from confluent_kafka import Producer
from fastavro.schema import fingerprint, to_parsing_canonical_form

SCHEMAS = Path(__file__).parents[1] / "schemas"
PARTITIONS = 8


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


def intended(returns: int, pace: float, started: float) -> list[float]:
    """When each return is to come: so many in a second, or all at once where `pace` is 0."""
    return [started + (number / pace if pace else 0.0) for number in range(returns)]


def produce(bootstrap: str, topic: str, records: Iterable[tuple[int, bytes]], times: Sequence[float] = ()) -> None:
    """Write the records, each not before its time and all that are due without a wait; never slower for what follows.

    Times are those of `time.monotonic`.
    """
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0 if times and times[-1] > times[0] else 20})
    for (customer, value), at in zip(records, chain(times, repeat(0.0)), strict=False):
        while (wait := at - time.monotonic()) > 0:
            producer.poll(0)
            time.sleep(min(wait, 0.1))
        send(producer, topic, value, str(customer))
    producer.flush()


def send(producer: Producer, topic: str, value: bytes, key: str) -> None:
    """Hand it over, and wait for room where there is none."""
    while True:
        try:
            producer.produce(topic, value, key=key)
        except BufferError:
            producer.poll(0.1)
        else:
            return
