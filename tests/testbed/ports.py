"""Ports on loopback that a part can keep over a restart."""

import random
import socket

# Below the range the kernel takes outgoing ports from: nobody grabs one while its owner is down.
FIRST, LAST = 20_000, 30_000


def free_port() -> int:
    """A port nobody listens on now."""
    chance = random.SystemRandom()
    while True:
        port = chance.randint(FIRST, LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
