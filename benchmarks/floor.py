"""What libraries alone take for a return: the floor under this service's CPU. See README.md beside this file."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import aiohttp
import uvloop
from confluent_kafka import Consumer, Producer
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPICursor

from benchmarks.arms import BASE, WINDOW
from benchmarks.faults import Faults
from benchmarks.instance import made_topics
from benchmarks.ledger import RETURNS, Case
from benchmarks.load import produce, returns
from benchmarks.rivals.work import HEADERS, OK, REVOKE_PATH, Records
from benchmarks.running import Stub, share_cores
from consumer.adapters.ledger import migrate
from consumer.adapters.ledger.database import database_at
from tests.testbed.parts import Broker, own_broker
from tests.testbed.ports import free_port

MANY = 6_000
REPEATS = 5
WAIT = 10.0
"""Seconds for the broker."""
Statement = tuple[str, Any, bool]
"""Its text, its parameters, and whether they are of many rows."""
STEPS = ("open", "claim", "settle")
HEADS = ("read", "write", "call", "ledger", "Kafka", "sum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """How many returns have a call, a commit and a transaction together, as `benchmarks.where` shows it."""

    arm: str
    call: float
    commit: int
    transaction: int


ALL_SHARED = (
    Shared(arm="1,000 customers", call=6, commit=110, transaction=210),
    Shared(arm="all distinct", call=1, commit=18, transaction=40),
    Shared(arm="half load", call=1, commit=3, transaction=11),
)


def each(work: Callable[[], object], number: int) -> float:
    """µs of this process for each of so many, the median of the repeats."""
    spent = []
    for _ in range(REPEATS):
        started = process_time()
        work()
        spent.append(1e6 * (process_time() - started) / number)
    return median(spent)


def reading_and_writing() -> tuple[float, float]:
    """To read a return, and to write its outcome."""
    records, ((_, value),) = Records(), returns([1])
    returned = records.read(value)
    read = each(lambda: [records.read(value) for _ in range(MANY)], MANY)
    return read, each(lambda: [records.outcome(returned, ("returns", 0, 1), 1) for _ in range(MANY)], MANY)


def calling(port: int) -> float:
    """To ask the vendor, as many at once as may be, with aiohttp as it comes."""
    url, question = f"http://127.0.0.1:{port}{REVOKE_PATH}", Records().question({"bill_number": "b1", "customer_id": 1})

    async def ask(session: aiohttp.ClientSession, times: int) -> None:
        for _ in range(times):
            async with session.post(url, data=question, headers=HEADERS) as answer:
                await answer.read()
                if answer.status != OK:
                    raise RuntimeError(f"the stub answers {answer.status}")

    async def ask_many() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=WINDOW)) as session:
            await asyncio.gather(*(ask(session, MANY // WINDOW) for _ in range(WINDOW)))

    return each(lambda: uvloop.run(ask_many()), MANY)


def committing(returns_each: int, folder: Path) -> float:
    """To run what the ledger runs on SQLite, in as many commits, without its own code and SQLAlchemy."""
    group = returns_each * len(STEPS)
    asked: list[tuple[Sequence[Statement], Sequence[Statement]]] = []
    with closing(Case("sqlite", f"sqlite:///{folder / f'by-{group}.db'}")) as case:
        for first in range(0, RETURNS, group):
            numbers = range(first, min(RETURNS, first + group))
            asked.append((recorded(case, ["tell"], numbers), recorded(case, STEPS, numbers)))
    return median(replayed(asked, folder / f"again-{group}-{repeat}.db") for repeat in range(REPEATS))


def recorded(case: Case, steps: Sequence[str], numbers: Sequence[int]) -> Sequence[Statement]:
    """All that these steps send to the database."""
    statements: list[Statement] = []

    def record(_: object, __: object, sql: str, parameters: object, ___: object, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
        statements.append((sql, parameters, many))

    event.listen(case.connection, "before_cursor_execute", record)
    for step in steps:
        case.do(step, numbers)
    event.remove(case.connection, "before_cursor_execute", record)
    return statements


def replayed(asked: Sequence[tuple[Sequence[Statement], Sequence[Statement]]], file: Path) -> float:
    """µs for each return, what tells of its earn left out."""
    url = f"sqlite:///{file}"
    migrate(url)
    engine, spent = database_at(url).engine, 0.0
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        for before, counted in asked:
            execute(cursor, before)
            started = process_time()
            execute(cursor, counted)
            spent += process_time() - started
    return 1e6 * spent / RETURNS


def execute(cursor: DBAPICursor, statements: Sequence[Statement]) -> None:
    for sql, parameters, many in statements:
        (cursor.executemany if many else cursor.execute)(sql, parameters)
        if cursor.description:
            cursor.fetchall()


def publishing(broker: Broker, size: int) -> float:
    """To read records and to write as many outcomes, in transactions of this size, with all threads of the client."""
    topics = made_topics(broker)
    produce(broker.bootstrap, topics["returns"], returns(range(1, MANY + 1)))
    outcome = Records().outcome(
        {"event_id": "returned-1", "customer_id": 1, "bill_number": "b1", "returned_at": 1}, ("returns", 0, 1), 1
    )
    consumer = Consumer(
        {
            "bootstrap.servers": broker.bootstrap,
            "group.id": topics["returns"],
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": topics["returns"]})
    producer.init_transactions(WAIT)
    started, read = process_time(), 0
    consumer.subscribe([topics["returns"]])
    while read < MANY:
        batch = consumer.consume(min(size, MANY - read), WAIT)
        producer.begin_transaction()
        for _ in batch:
            producer.produce(topics["results"], outcome, b"1")
        producer.send_offsets_to_transaction(
            consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), WAIT
        )
        producer.commit_transaction(WAIT)
        read += len(batch)
    spent = process_time() - started
    consumer.close()
    return 1e6 * spent / read


def main() -> None:
    cores = share_cores()
    with closing(own_broker()) as broker, tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        broker.start()
        with closing(Stub(port, BASE, Faults(), folder)):
            os.sched_setaffinity(0, cores or os.sched_getaffinity(0))
            read, write = reading_and_writing()
            call = calling(port)
            print("µs of CPU".ljust(18) + "".join(f"{head:>10}" for head in HEADS))
            for shared in ALL_SHARED:
                ledger, kafka = committing(shared.commit, folder), publishing(broker, shared.transaction)
                parts = (read, write, call / shared.call, ledger, kafka)
                print(shared.arm.ljust(18) + "".join(f"{part:10.0f}" for part in (*parts, sum(parts))), flush=True)


if __name__ == "__main__":
    main()
