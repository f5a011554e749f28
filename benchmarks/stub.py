"""The vendor as fast as Python can be it: every request is revoked after a fixed wait. A process of its own."""

import asyncio
import re
import sys
from typing import cast

import uvloop

BODY = b'{"data":{"code":200,"message":"revoked"},"errors":[]}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Cap-Requestid: stub\r\nContent-Length: %d\r\n\r\n"
    % len(BODY)
) + BODY
LENGTH = re.compile(rb"content-length: (\d+)")


class Stub(asyncio.Protocol):
    """One connection; requests on it come one after another."""

    calls = 0

    def __init__(self, latency: float) -> None:
        self._latency = latency
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
            self._unread = self._unread[after:]
            if head.startswith(b"get /calls"):
                told = str(Stub.calls).encode()
                self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
            else:
                Stub.calls += 1
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, ANSWER)


async def main(port: int, latency: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Stub(latency), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2])))
