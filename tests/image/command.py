"""A command that must work."""

import subprocess
from collections.abc import Sequence

SECONDS = 600
TAIL = 4_000


def told(command: Sequence[str]) -> str:
    """What it wrote; RuntimeError with the end of its complaint if it failed."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-TAIL:]}")
    return done.stdout
