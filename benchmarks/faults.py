"""What goes wrong at the vendor, on purpose: the same records meet the same faults whoever asks, and when."""

from dataclasses import dataclass
from hashlib import blake2b

BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What the stub does to calls. Shares are of 1; `a_second` is how many calls it takes in one second, 0 any."""

    unavailable: float = 0.0
    """The share of calls that meet a 503."""
    hang: float = 0.0
    """The share of records whose first call is never answered."""
    a_second: int = 0
    """Beyond these calls in a second it answers 429, with a Retry-After of one second."""
    hung: int | None = None
    """The one record whose calls are never answered until the stub is told to heal."""


def drawn(what: str, record: int, attempt: int) -> float:
    """A number of 0 to 1 that is the same in every run."""
    digest = blake2b(f"{what} {record} {attempt}".encode(), digest_size=BYTES).digest()
    return int.from_bytes(digest, "big") / (1 << 8 * BYTES)


def is_unavailable(faults: Faults, record: int, attempt: int) -> bool:
    """Whether this is a call that meets a 503; `record` is the first it carries, asked for the n-th time."""
    return faults.unavailable > 0 and drawn("unavailable", record, attempt) < faults.unavailable


def hangs(faults: Faults, record: int, attempt: int) -> bool:
    """Whether this record's call is never answered."""
    if record == faults.hung:
        return True
    return faults.hang > 0 and attempt == 0 and drawn("hang", record, attempt) < faults.hang
