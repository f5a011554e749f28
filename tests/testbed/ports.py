"""Ports on loopback that a part can keep over a restart."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

# Below the range the kernel takes outgoing ports from: nobody grabs one while its owner is down.
FIRST, LAST = 20_000, 30_000


def free_port() -> int:
    """A port nobody listens on now, and nobody else is given: its owner may take it later, or be down for a while."""
    while True:
        port = _next()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def _next() -> int:
    """One after the other, in all processes of this user: none comes again before all others did."""
    with (Path(tempfile.gettempdir()) / f"returns-consumer-ports-{os.getuid()}").open("a+") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        turn.seek(0)
        before = int(turn.read() or random.SystemRandom().randint(FIRST, LAST))
        port = before + 1 if before < LAST else FIRST
        turn.truncate(0)
        turn.write(str(port))
    return port


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
