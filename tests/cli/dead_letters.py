"""A dead-letter topic of a test's own, as the service writes it, and the verb that empties it."""

import json
import uuid
from collections.abc import Iterable, Sequence

from confluent_kafka import Producer
from typer.testing import CliRunner, Result

from consumer.cli.verbs import app
from consumer.core.dead_letter import DeadLetter, headers
from consumer.core.model import EventId
from consumer.core.outcome import VerdictKind
from tests.builders import a_record, a_verdict, coordinates
from tests.testbed.reader import ReadCommitted, Stored
from tests.testbed.topics import Topics, ToProduce


class Scene:
    """Four topics, and the settings that name them."""

    def __init__(self, bootstrap: str, partitions: int = 1) -> None:
        self.bootstrap = bootstrap
        name = uuid.uuid4().hex[:8]
        self.returns, self.earns, self.letters = f"returns-{name}", f"earns-{name}", f"letters-{name}"
        self.results = f"results-{name}"
        self.settings = {
            "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "CONSUMER_KAFKA__GROUP_ID": f"group-{name}",
            "CONSUMER_TOPICS__RETURNS": self.returns,
            "CONSUMER_TOPICS__EARNS": self.earns,
            "CONSUMER_TOPICS__DEAD_LETTERS": self.letters,
            "CONSUMER_TOPICS__RESULTS": self.results,
            "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
            "CONSUMER_API__AUTH": "none",
        }
        for topic in (self.returns, self.earns, self.letters, self.results):
            Topics(bootstrap).create(topic, partitions)

    def set_aside(self, letters: Iterable[ToProduce]) -> None:
        """Write these dead letters, each in a transaction of its own, so that markers lie between them."""
        producer = Producer(
            {"bootstrap.servers": self.bootstrap, "transactional.id": uuid.uuid4().hex, "retry.backoff.ms": 5}
        )
        producer.init_transactions(30)
        for letter in letters:
            producer.begin_transaction()
            producer.produce(self.letters, letter.value, letter.key, letter.partition, headers=list(letter.headers))
            producer.commit_transaction(30)

    def a_letter(self, event_id: str, reason: str = "731", **changes: object) -> ToProduce:
        """The dead letter of one return; it stands in the partition of its record, 0 unless `changes` name another."""
        return a_letter(event_id, self.returns, reason, **changes)

    def sent(self, topic: str | None = None) -> list[Stored]:
        """What a downstream reader finds."""
        with ReadCommitted(self.bootstrap, topic or self.returns) as reader:
            return list(reader.to_the_end())


def a_letter(event_id: str, topic: str, reason: str = "731", **changes: object) -> ToProduce:
    """A dead letter by the product's own rules, of a record whose value is a return in JSON."""
    customer, partition = changes.get("customer", 4711), changes.get("partition", 0)
    assert isinstance(partition, int)
    told_by_till = {
        "event_id": event_id,
        "type": "RETURN",
        "return_type": "FULL",
        "customer_id": customer,
        "bill_number": "B-1",
        "returned_at": 1_763_000_000_000,
    }
    value = json.dumps(told_by_till).encode()
    record = a_record(
        value,
        source=coordinates(7, topic=topic, partition=partition),
        key=changes.get("key", str(customer).encode()),
        headers=(("shop", b"north"), *sent_before(changes.get("redrives"))),
    )
    told = DeadLetter(
        reason=reason,
        message="no such earn",
        failures=(a_verdict(VerdictKind.NOT_VALID, promotion_id=changes.get("promotion", "p1"), code=731),),
        event_id=EventId(event_id),
        attempts=1,
        request_ids=(),
    )
    kept = tuple((name, value or b"") for name, value in headers(told, record))
    return ToProduce(value=record.value, key=record.key, headers=kept, partition=partition)


def redriven(scene: Scene, *words: str) -> Result:
    """What the verb answers."""
    result = CliRunner().invoke(app, ["redrive", *words], env=scene.settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def sent_before(times: object) -> tuple[tuple[str, bytes], ...]:
    return () if times is None else (("redrive-count", str(times).encode()),)


def event_ids(records: Sequence[Stored]) -> list[str]:
    return [json.loads(record.value or b"{}")["event_id"] for record in records]
