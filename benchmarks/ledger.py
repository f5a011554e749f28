"""What the ledger costs: CPU of its thread for each return, by step, size of group and database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Any

from sqlalchemy import Connection

from consumer.adapters.ledger import migrate
from consumer.adapters.ledger.database import Database, database_at
from consumer.adapters.ledger.stages import Kind, Stages, read_all, stages_of, write_all
from consumer.core.model import EarnState, EventId, Millis
from consumer.ports import Claim, Opening, SettledReturn, Settlement, Told
from tests.builders import BOUGHT_AT, CUSTOMER, ORG, RETURNED_AT, an_earn, an_earn_event, coordinates, goods
from tests.testbed.missing import MissingPartError
from tests.testbed.parts import postgres_server
from tests.testbed.postgres import Databases

SIZES = (10, 50, 200)
RETURNS = 600
REPEATS = 5
LEASE = 300_000
OUTCOME = bytes(range(256))
STEPS = {"tell": Kind.TELL, "open": Kind.OPEN, "claim": Kind.CLAIM, "settle": Kind.SETTLE}

Seconds = dict[str, float]
"""CPU time of each step, for one return."""


class Case:
    """One database, filled a little more by each run."""

    def __init__(self, name: str, url: str) -> None:
        migrate(url)
        self.name = name
        self._database: Database = database_at(url)
        self._stages: Stages = stages_of(self._database.bulk, lambda: Millis(1_000))
        self._connection: Connection = self._database.engine.connect()
        self._next = 0

    def run(self, size: int) -> Seconds:
        """Tell, open, claim and settle RETURNS returns, each of a purchase of its own with one earn."""
        spent = dict.fromkeys(STEPS, 0.0)
        for _ in range(RETURNS // size):
            numbers = range(self._next, self._next + size)
            self._next += size
            for step in STEPS:
                started = thread_time()
                self.do(step, numbers)
                spent[step] += thread_time() - started
        return {step: seconds / RETURNS for step, seconds in spent.items()}

    @property
    def connection(self) -> Connection:
        """The connection that the steps are done on."""
        return self._connection

    def do(self, step: str, numbers: Sequence[int]) -> None:
        """One step of these returns, in one commit."""
        asked = {STEPS[step]: [ARGUMENTS[step](number) for number in numbers]}
        written = write_all(self._connection, self._database.bulk.begin, self._stages, asked)
        read_all(self._connection, self._stages, written)

    def close(self) -> None:
        self._connection.close()
        self._database.engine.dispose()


def told(number: int) -> tuple[Told]:
    earn = an_earn(f"e{number}", lines="1", bill=f"B-{number}")
    return (Told(source=coordinates(number, topic="earn-events"), redrive=0, event=an_earn_event(earn)),)


def opening(number: int) -> tuple[Opening]:
    back = goods({"1": 1.0}, of={"1": 1.0, "2": 1.0}, bill=f"B-{number}")
    return (
        Opening(
            source=coordinates(number),
            org_id=ORG,
            event_id=EventId(f"r{number}"),
            redrive=0,
            customer_id=CUSTOMER,
            eligible=True,
            purchased_at=BOUGHT_AT,
            returned_at=RETURNED_AT,
            bill_numbers=(back.purchase.bill_number,),
            goods=(back,),
        ),
    )


def claim(number: int) -> Claim:
    return Claim(owners={an_earn(f"e{number}").key: coordinates(number)}, now=Millis(1_000), lease=LEASE)


def settlement(number: int) -> Settlement:
    source = coordinates(number)
    outcome = SettledReturn(
        source=source, org_id=ORG, event_id=EventId(f"r{number}"), redrive=0, outcome=OUTCOME + b"%d" % number
    )
    return Settlement(returns=(outcome,), states=((an_earn(f"e{number}").key, EarnState.REVOKED, source),))


ARGUMENTS: dict[str, Any] = {"tell": told, "open": opening, "claim": claim, "settle": settlement}


@contextmanager
def urls() -> Iterator[Mapping[str, str]]:
    """A fresh SQLite, and PostgreSQL where it can be had, by their names."""
    with TemporaryDirectory(prefix="ledger-") as folder:
        sqlite = f"sqlite:///{Path(folder) / 'ledger.db'}"
        with closing(postgres_server()) as server:
            try:
                server.start()
            except MissingPartError as reason:
                print(f"without PostgreSQL: {reason}")
                yield {"sqlite": sqlite}
                return
            databases = Databases(server.url)
            yield {"sqlite": sqlite, "postgres": databases.fresh()}
            databases.drop_all()


@contextmanager
def cases() -> Iterator[Sequence[Case]]:
    """A case for each database."""
    with urls() as found, ExitStack() as open_cases:
        yield [open_cases.enter_context(closing(Case(name, url))) for name, url in found.items()]


def main() -> None:
    """Alternate between all cases, so that what else the machine does meets each of them."""
    found: dict[tuple[str, int], list[Seconds]] = {}
    with cases() as all_cases:
        for case in all_cases:
            case.run(SIZES[0])
        for _ in range(REPEATS):
            for case in all_cases:
                for size in SIZES:
                    found.setdefault((case.name, size), []).append(case.run(size))
    print(f"{'database':10}{'group':>6}" + "".join(f"{step:>9}" for step in STEPS) + "   a return  lowest to highest")
    for (name, size), runs in found.items():
        steps = "".join(f"{1e6 * median(run[step] for run in runs):9.1f}" for step in STEPS)
        sums = [1e6 * sum(seconds for step, seconds in run.items() if step != "tell") for run in runs]
        print(f"{name:10}{size:6}{steps}{median(sums):8.1f} µs{min(sums):8.1f} to {max(sums):.1f}")


if __name__ == "__main__":
    main()
