"""pyrallel-consumer: its asynchronous engine, ordered by key, keeping in the commit what is done above it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop
from confluent_kafka import KafkaError, Message, Producer
from pyrallel_consumer.config import KafkaConfig
from pyrallel_consumer.consumer import PyrallelConsumer
from pyrallel_consumer.dto import ExecutionMode, OrderingMode, WorkItem

from benchmarks.rivals.loop import Client, until_told
from benchmarks.rivals.work import Job, Records, ask_async, job


class Outlet:
    """Produces, and lets the worker wait until the broker has it; a thread serves the producer."""

    def __init__(self, given: Job) -> None:
        self._topic = given.results
        self._producer = Producer({"bootstrap.servers": given.bootstrap})
        self._loop = asyncio.get_running_loop()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    async def tell(self, key: bytes, outcome: bytes) -> None:
        told: asyncio.Future[None] = self._loop.create_future()

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is None:
                self._loop.call_soon_threadsafe(told.set_result, None)
            else:
                self._loop.call_soon_threadsafe(told.set_exception, RuntimeError(str(error)))

        self._producer.produce(self._topic, outcome, key=key, on_delivery=delivered)
        await told

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._producer.flush()

    def _serve(self) -> None:
        while not self._over.is_set():
            self._producer.poll(0.1)


def configured(given: Job) -> KafkaConfig:
    config = KafkaConfig(BOOTSTRAP_SERVERS=given.bootstrap, CONSUMER_GROUP=given.group)
    config.SESSION_TIMEOUT_MS = given.session
    config.dlq_enabled = False
    parallel = config.parallel_consumer
    parallel.ordering_mode = OrderingMode.KEY_HASH
    parallel.rebalance_state_strategy = "metadata_snapshot"
    parallel.execution.mode = ExecutionMode.ASYNC
    parallel.execution.max_in_flight = given.workers
    # The worker tries again by itself, as all do.
    parallel.execution.async_config.task_timeout_ms = 3_600_000
    return config


@asynccontextmanager
async def running(given: Job) -> AsyncIterator[None]:
    records, client, outlet = Records(), Client(given), Outlet(given)

    async def work(item: WorkItem) -> None:
        returned = records.read(item.payload)
        attempts = await ask_async(client.post, records.question(returned), asyncio.sleep)
        await outlet.tell(
            item.key, records.outcome(returned, (item.tp.topic, item.tp.partition, item.offset), attempts)
        )

    consumer = PyrallelConsumer(config=configured(given), worker=work, topic=given.returns)
    await consumer.start()
    try:
        yield
    finally:
        await consumer.stop()
        outlet.close()
        await client.aclose()


if __name__ == "__main__":
    uvloop.run(until_told(running(job())))
