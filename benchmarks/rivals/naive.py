"""The naive loop: consume a batch, post each record with httpx, produce, flush, commit."""

import signal
import threading
import time

import httpx
from confluent_kafka import Consumer, Message, Producer

from benchmarks.rivals.work import HEADERS, TIMEOUT, Answer, Records, ask, job

BATCH = 500


def main() -> None:
    given, records, over = job(), Records(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    consumer = Consumer(
        {
            "bootstrap.servers": given.bootstrap,
            "group.id": given.group,
            "session.timeout.ms": given.session,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    producer = Producer({"bootstrap.servers": given.bootstrap})
    client = httpx.Client(timeout=TIMEOUT, headers=HEADERS)

    def post(question: bytes) -> Answer | None:
        try:
            response = client.post(given.url, content=question)
        except httpx.TransportError:
            return None
        return Answer(status=response.status_code, retry_after=float(response.headers.get("retry-after", 0)))

    def work(message: Message) -> None:
        returned = records.read(message.value())
        attempts = ask(post, records.question(returned), time.sleep)
        source = (message.topic(), message.partition(), message.offset())
        producer.produce(given.results, records.outcome(returned, source, attempts), key=message.key())

    consumer.subscribe([given.returns])
    while not over.is_set():
        batch = consumer.consume(BATCH, 0.2)
        for message in batch:
            if message.error() is None:
                work(message)
        if batch:
            producer.flush()
            consumer.commit(asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
