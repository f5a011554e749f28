"""The vendor as fast as Python can be it: every request is revoked after a fixed wait. A process of its own.

It is given its port, its wait in seconds, and its faults as JSON. `/counts` tells what was asked and `/heal` ends the
one record's hanging.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import cast

import uvloop

from benchmarks.faults import Faults, hangs, is_unavailable

LENGTH = re.compile(rb"content-length: (\d+)")
EARN = re.compile(rb'"e(\d+)"')
CUSTOMER = re.compile(rb'"customerId": ?(\d+)')


def response(status: bytes, body: bytes, header: bytes = b"X-Cap-Requestid: stub") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n%s\r\nContent-Length: %d\r\n\r\n"
    return head % (status, header, len(body)) + body


REVOKED = response(b"200 OK", b'{"data":{"code":200,"message":"revoked"},"errors":[]}')
UNAVAILABLE = response(b"503 Service Unavailable", b"{}")
THROTTLED = response(b"429 Too Many Requests", b"{}", b"Retry-After: 1")


@dataclass
class Counts:
    """What was asked. `overlapping` are calls that came while one of the same customer was under way.

    `done` are records, `again` those that were done already when they were asked for.
    """

    calls: int = 0
    refused: int = 0
    unanswered: int = 0
    overlapping: int = 0
    done: int = 0
    again: int = 0


@dataclass
class Vendor:
    """What all connections share."""

    latency: float
    faults: Faults
    counts: Counts = field(default_factory=Counts)
    asked: Counter[int] = field(default_factory=Counter)
    revoked: set[int] = field(default_factory=set)
    under_way: Counter[bytes] = field(default_factory=Counter)
    """Calls of each customer that will be answered."""
    second: int = 0
    in_second: int = 0

    def answer(self, records: Sequence[int], second: int) -> bytes | None:
        """What is answered to a call for these records in this second; None is nothing, ever."""
        self.counts.calls += 1
        if self._throttles(second):
            self.counts.refused += 1
            return THROTTLED
        attempts = [self.asked[record] for record in records]
        self.asked.update(records)
        if any(map(hangs, [self.faults] * len(records), records, attempts)):
            self.counts.unanswered += 1
            return None
        if records and is_unavailable(self.faults, records[0], attempts[0]):
            self.counts.refused += 1
            return UNAVAILABLE
        self._revoke(records)
        return REVOKED

    def _revoke(self, records: Sequence[int]) -> None:
        """It is done when it is asked, whether or not anybody lives to hear of it."""
        new = set(records) - self.revoked
        self.revoked |= new
        self.counts.done += len(new)
        self.counts.again += len(records) - len(new)

    def _throttles(self, second: int) -> bool:
        if not self.faults.a_second:
            return False
        if second != self.second:
            self.second, self.in_second = second, 0
        self.in_second += 1
        return self.in_second > self.faults.a_second

    def heal(self) -> None:
        self.faults = replace(self.faults, hung=None)


class Stub(asyncio.Protocol):
    """One connection; requests on it come one after another."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            head = self._unread[:end].lower()
            length = LENGTH.search(head)
            after = end + 4 + (int(length[1]) if length else 0)
            if len(self._unread) < after:
                return
            body, self._unread = self._unread[end + 4 : after], self._unread[after:]
            if head.startswith(b"post"):
                self._ask(body)
                continue
            if head.startswith(b"get /heal"):
                self._vendor.heal()
            self._transport.write(response(b"200 OK", json.dumps(asdict(self._vendor.counts)).encode()))

    def _ask(self, body: bytes) -> None:
        customer = CUSTOMER.search(body)
        whose = customer[1] if customer else b""
        self._vendor.counts.overlapping += self._vendor.under_way[whose] > 0
        answer = self._vendor.answer([int(number) for number in EARN.findall(body)], int(time.monotonic()))
        if answer is not None:
            self._vendor.under_way[whose] += 1
            asyncio.get_running_loop().call_later(self._vendor.latency, self._answer, whose, answer)

    def _answer(self, whose: bytes, answer: bytes) -> None:
        self._vendor.under_way[whose] -= 1
        self._transport.write(answer)


async def main(port: int, vendor: Vendor) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Stub(vendor), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), Vendor(float(sys.argv[2]), Faults(**json.loads(sys.argv[3])))))
