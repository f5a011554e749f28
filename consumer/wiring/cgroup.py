"""What the container may use, as the kernel tells it from within."""

from pathlib import Path

GROUP = Path("/sys/fs/cgroup")
FILES = ("memory.max", "memory/memory.limit_in_bytes")
"""Of version 2 and of version 1."""
NO_LIMIT = 2**60
"""Version 1 knows no word for it, and says a number of that size."""


def memory_limit(group: Path = GROUP) -> int:
    """Bytes of memory beyond which the process is killed; 0 where there is no limit, or none is told."""
    for name in FILES:
        try:
            told = (group / name).read_text(encoding="ascii").strip()
        except OSError:
            continue
        return int(told) if told.isdecimal() and int(told) < NO_LIMIT else 0
    return 0
