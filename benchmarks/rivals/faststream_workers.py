"""FastStream's confluent broker, with so many workers as the job has.

One worker acknowledges after the work. With more the library refuses to: offsets are committed as records are read.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop
from faststream.confluent import KafkaBroker, KafkaMessage
from faststream.middlewares import AckPolicy

from benchmarks.rivals.loop import Client, until_told
from benchmarks.rivals.work import Job, Records, ask_async, job


@asynccontextmanager
async def running(given: Job) -> AsyncIterator[None]:
    broker, records, client = KafkaBroker(given.bootstrap, logger=None), Records(), Client(given)

    async def work(value: bytes, message: KafkaMessage) -> None:
        returned, raw = records.read(value), message.raw_message
        attempts = await ask_async(client.post, records.question(returned), asyncio.sleep)
        outcome = records.outcome(returned, (raw.topic(), raw.partition(), raw.offset()), attempts)
        await broker.publish(outcome, given.results, key=raw.key())

    subscribe = broker.subscriber(
        given.returns,
        group_id=given.group,
        auto_offset_reset="earliest",
        session_timeout_ms=given.session,
        ack_policy=AckPolicy.ACK if given.workers == 1 else AckPolicy.ACK_FIRST,
        max_workers=given.workers,
    )
    subscribe(work)
    await broker.start()
    try:
        yield
    finally:
        await broker.stop()
        await client.aclose()


if __name__ == "__main__":
    uvloop.run(until_told(running(job())))
