"""The work that every rival is given: read a return, ask for its earn until there is an answer, tell the outcome.

It is less than ours does. The earn is known from the bill's number, so there is no ledger and no earn feed to follow.
"""

import io
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import fastavro

from benchmarks.load import SCHEMAS, SingleObject

REVOKE_PATH = "/api_gateway/v1/promotions/revokeEarn"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
FINGERPRINT = 10
"""Bytes before the record itself."""
TIMEOUT = 10.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Deadline and back-off are those of ours."""
OK = 200
Source = tuple[str | None, int | None, int | None]
"""Topic, partition, offset; the client's types allow a record that has none."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Where to work; `workers` is how many calls may be under way at once."""

    bootstrap: str
    group: str
    returns: str
    results: str
    vendor: str
    workers: int
    session: int

    @property
    def url(self) -> str:
        return self.vendor + REVOKE_PATH


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the vendor said; `retry_after` in seconds."""

    status: int
    retry_after: float


class Records:
    """Returns as they are read, outcomes as they are written."""

    def __init__(self) -> None:
        self._schema = fastavro.parse_schema(json.loads((SCHEMAS / "return_transaction.avsc").read_text()))
        self._outcome = SingleObject("revoke_outcome")

    def read(self, value: bytes | None) -> dict[str, Any]:
        returned = fastavro.schemaless_reader(io.BytesIO((value or b"")[FINGERPRINT:]), self._schema, None)
        if not isinstance(returned, dict):
            raise TypeError("a return is a record")
        return returned

    def question(self, returned: dict[str, Any]) -> bytes:
        """What is sent for a return: bill b7 earned e7."""
        earn = "e" + returned["bill_number"].removeprefix("b")
        details = [{"promotionId": "p1", "earnIds": [earn]}]
        return json.dumps({"customerId": returned["customer_id"], "earnRevokeDetails": details}).encode()

    def outcome(self, returned: dict[str, Any], source: Source, attempts: int) -> bytes:
        topic, partition, offset = source
        earn = "e" + returned["bill_number"].removeprefix("b")
        return self._outcome(
            {
                "outcome_id": returned["event_id"],
                "event_id": returned["event_id"],
                "cause": "RETURN",
                "source": {"topic": topic, "partition": partition, "offset": offset},
                "customer_id": returned["customer_id"],
                "bill_numbers": [returned["bill_number"]],
                "status": "REVOKED",
                "verdicts": [{"promotion_id": "p1", "earn_id": earn, "verdict": "REVOKED"}],
                "dead_lettered": False,
                "attempts": attempts,
                "returned_at": returned["returned_at"],
                "decided_at": int(time.time() * 1000),
            }
        )


def job() -> Job:
    return Job(**json.loads(sys.argv[1]))


def wait_after(attempt: int, answer: Answer | None) -> float:
    """Seconds to the next attempt; without an answer the call timed out or broke."""
    least = answer.retry_after if answer else 0.0
    return max(least, min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempt - 1)))


def ask(post: Callable[[bytes], Answer | None], question: bytes, sleep: Callable[[float], None]) -> int:
    """Post until it is taken; how often that was."""
    attempt = 1
    while (answer := post(question)) is None or answer.status != OK:
        sleep(wait_after(attempt, answer))
        attempt += 1
    return attempt


async def ask_async(
    post: Callable[[bytes], Awaitable[Answer | None]], question: bytes, sleep: Callable[[float], Awaitable[None]]
) -> int:
    """The same in an event loop."""
    attempt = 1
    while (answer := await post(question)) is None or answer.status != OK:
        await sleep(wait_after(attempt, answer))
        attempt += 1
    return attempt
