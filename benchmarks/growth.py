"""Whether a return costs the same however much the ledger holds. See README.md beside this file."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time

from sqlalchemy import Connection

from benchmarks.filling import fill_earns, fill_returns, spread
from benchmarks.ledger import Case, urls
from consumer.adapters.ledger import open_ledger

GROUP = 50
GROUPS = 12
"""At each size so many groups of returns are worked, one after another."""
STARTS = 5
RETURN, EARN = ("open", "claim", "settle"), ("tell",)
OTHERS, NEW = 2**31, 2**31 + 2**30
"""The first numbers of the returns that wait and of the earns that come: far from those of the earns that are there."""
EARNS = (10**3, 10**4, 10**5, 10**6)
OPEN = (10**3, 10**4, 10**5, 10**6)
MB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one return or one earn, in µs: CPU of the ledger's thread, CPU of the database's server, and time."""

    thread: float
    server: float
    time: float


class Grown:
    """A ledger that grows: so many earns held, and so many returns open, of which none is worked."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._earns = 0
        self._open = 0
        self._next = {RETURN: 0, EARN: NEW}
        self._server = server_of(case.connection)

    def grow(self, *, earns: int, open_returns: int) -> None:
        """Fill it up to these sizes, in one transaction."""
        with one_transaction(self.case.connection) as connection:
            if earns > self._earns:
                fill_earns(connection, self._earns, earns)
            if open_returns > self._open:
                fill_returns(connection, OTHERS + self._open, OTHERS + open_returns)
        self._earns, self._open = max(earns, self._earns), max(open_returns, self._open)
        settle_down(self.case.connection)

    def cost_of_returns(self) -> Cost:
        """Of those whose earns are somewhere among all the others; the median of the groups."""
        return self._cost(RETURN)

    def cost_of_earns(self) -> Cost:
        """Of new ones, to be told of them; the median of the groups."""
        return self._cost(EARN)

    def _cost(self, steps: tuple[str, ...]) -> Cost:
        costs = [self._cost_of_group(steps) for _ in range(GROUPS)]
        return Cost(
            thread=median(cost.thread for cost in costs),
            # Its clock is coarser than a group.
            server=sum(cost.server for cost in costs) / GROUPS,
            time=median(cost.time for cost in costs),
        )

    def _cost_of_group(self, steps: tuple[str, ...]) -> Cost:
        first = self._next[steps]
        self._next[steps] += GROUP
        numbers = [spread(number) for number in range(first, first + GROUP)]
        thread, server, time = thread_time(), cpu_of(self._server), perf_counter()
        for step in steps:
            self.case.do(step, numbers)
        return Cost(
            thread=(thread_time() - thread) / GROUP * 1e6,
            server=(cpu_of(self._server) - server) / GROUP * 1e6,
            time=(perf_counter() - time) / GROUP * 1e6,
        )


@contextmanager
def one_transaction(connection: Connection) -> Iterator[Connection]:
    connection.exec_driver_sql("BEGIN")
    yield connection
    connection.exec_driver_sql("COMMIT")


def settle_down(connection: Connection) -> None:
    """What a database does by itself in quiet hours."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        connection.exec_driver_sql("VACUUM ANALYZE")
        connection.exec_driver_sql("CHECKPOINT")


def server_of(connection: Connection) -> int | None:
    """The process that serves this connection; SQLite has none."""
    if connection.dialect.name == "sqlite":
        return None
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def cpu_of(process: int | None) -> float:
    """Seconds that a process of one thread has run."""
    return 0.0 if process is None else int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def seconds_to_start(url: str) -> float:
    """From nothing to a ledger that answers, the quickest of some: what a start of the service spends on it."""

    async def start() -> float:
        started = perf_counter()
        ledger = open_ledger(url)
        await ledger.start()
        taken = perf_counter() - started
        ledger.close()
        return taken

    return min(asyncio.run(start()) for _ in range(STARTS))


def sizes(earns: Sequence[int], open_returns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First more and more earns with the smallest backlog, then more and more backlog with all the earns."""
    yield from ((each, open_returns[0]) for each in earns)
    yield from ((earns[-1], each) for each in open_returns[1:])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--earns", type=int, nargs="+", default=EARNS)
    asked.add_argument("--open", type=int, nargs="+", default=OPEN)
    asked.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    options = asked.parse_args()
    heads = ("thread µs", "server µs", "time µs", "an earn µs", "server µs")
    print(f"{'database':10}{'earns':>12}{'open':>12}{''.join(f'{head:>12}' for head in heads)}{'start s':>10}")
    with urls() as found:
        for name in options.databases:
            with closing(Case(name, found[name])) as case:
                grown = Grown(case)
                for earns, open_returns in sizes(options.earns, options.open):
                    grown.grow(earns=earns, open_returns=open_returns)
                    of_return, of_earn = grown.cost_of_returns(), grown.cost_of_earns()
                    costs = (of_return.thread, of_return.server, of_return.time, of_earn.thread, of_earn.server)
                    print(
                        f"{name:10}{earns:12,}{open_returns:12,}{''.join(f'{cost:12.0f}' for cost in costs)}"
                        f"{seconds_to_start(found[name]):10.2f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
