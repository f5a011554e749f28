"""The published offsets above a committed one, as a short text that travels in the commit's metadata.

The set is held as *edges*: start, stop, start, stop, ... of its ranges, ascending, no two ranges touching. An offset
is in the set when an odd number of edges is at or below it.
"""

from base64 import b64encode
from binascii import Error, a2b_base64, crc32
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from operator import sub

LIMIT = 4000
"""The most characters a map may have; the broker's own limit is 4,095."""

_MARK = "rcmap"
_VERSION = "1"
_PREFIX = f"{_MARK}{_VERSION}."
_BASE_BYTES = 8
_CHECK_BYTES = 4
_MOST = 2**63 - 1


class Reason(StrEnum):
    """Why a map found with a commit is not used."""

    FOREIGN = "foreign"
    """Another program's text, or a version this one does not know."""
    DAMAGED = "damaged"
    STALE = "stale"
    """A map of another commit, or of offsets the log does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """The commit carries no map: nothing above it is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The edges of what is published above the commit."""

    edges: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """There is a text, and it must not be used."""

    reason: Reason


MapRead = Empty | Restored | Ignored


def encode(base: int, edges: Sequence[int]) -> str:
    """The map of `edges`, all above `base`; nothing for none. It may be longer than LIMIT: look before you send it."""
    if not edges:
        return ""
    lengths = list(map(sub, edges, (base, *edges)))
    body = base.to_bytes(_BASE_BYTES) + _varints(lengths)
    return _PREFIX + b64encode(body + crc32(body).to_bytes(_CHECK_BYTES)).decode("ascii")


def decode(text: str | None, *, committed: int, log_end: int) -> MapRead:
    """What a commit's metadata says. `log_end` is the offset after the partition's last record."""
    if not text:
        return Empty()
    if not text.startswith(_PREFIX):
        return Ignored(reason=Reason.FOREIGN)
    body = _checked(text[len(_PREFIX) :])
    if body is None:
        return Ignored(reason=Reason.DAMAGED)
    base = int.from_bytes(body[:_BASE_BYTES])
    lengths = tuple(_lengths(body[_BASE_BYTES:]))
    if not lengths or len(lengths) % 2 or 0 in lengths:
        return Ignored(reason=Reason.DAMAGED)
    edges = tuple(accumulate(lengths, initial=base))[1:]
    if base != committed or edges[-1] > log_end:
        return Ignored(reason=Reason.STALE)
    return Restored(edges=edges)


def _checked(text: str) -> bytes | None:
    """The bytes behind the text, or None where a character differs from what was written."""
    if not text.isascii():
        return None
    try:
        whole = a2b_base64(text, strict_mode=True)
    except Error:
        return None
    # Base64 leaves unused bits in its last character, which a decoder does not look at.
    if b64encode(whole).decode("ascii") != text or len(whole) < _BASE_BYTES + _CHECK_BYTES:
        return None
    body, check = whole[:-_CHECK_BYTES], whole[-_CHECK_BYTES:]
    return body if crc32(body) == int.from_bytes(check) else None


_CONTINUED = 0x80
_SEVEN_BITS = 0x7F


def _varints(numbers: Sequence[int]) -> bytes:
    # Most lengths are short, and then each is its own byte: this is most of what a commit costs in here.
    try:
        short = bytes(numbers)
    except ValueError:
        short = b"\xff"
    return short if short.isascii() else b"".join(map(_varint, numbers))


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number >= _CONTINUED:
        parts.append(number & _SEVEN_BITS | _CONTINUED)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def _lengths(runs: bytes) -> Iterator[int]:
    """The numbers in these bytes; a zero where they make no sense, which no length is."""
    number = shift = 0
    for part in runs:
        number |= (part & _SEVEN_BITS) << shift
        if part & _CONTINUED:
            shift += 7
            continue
        yield number if number <= _MOST else 0
        number = shift = 0
    if shift:
        yield 0
