"""How large a record may be that is read at all."""

import re
from dataclasses import dataclass

from consumer.ports import Undecodable

_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
"""A text in JSON, or the beginning of one that never ends."""
_ALIKE = bytes.maketrans(b"{}[]", b"()()")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """`json_depth` counts the objects and arrays inside one another, the outermost included."""

    record_bytes: int
    json_depth: int


def demand_size(value: bytes, limits: ReadLimits) -> None:
    """Raises Undecodable for what is too large: a few of its bytes may take a hundred in memory."""
    if len(value) > limits.record_bytes:
        raise Undecodable(f"{len(value)} bytes, more than limits.record_bytes ({limits.record_bytes}) allows")


def demand_depth(value: bytes, limits: ReadLimits) -> None:
    """Raises Undecodable for JSON that is too deep, before anything is made of it; what is no JSON passes."""
    if value.count(b"{") + value.count(b"[") <= limits.json_depth:
        return
    brackets = _TEXT.sub(b"", value).translate(_ALIKE, _NO_BRACKETS)
    for _ in range(limits.json_depth):
        if b"()" not in brackets:
            return
        # What has nothing inside it goes, and so what it stood in has nothing inside it next.
        brackets = brackets.replace(b"()", b"")
    if b"()" in brackets:
        raise too_deep(limits)


def too_deep(limits: ReadLimits) -> Undecodable:
    """What is said of such JSON."""
    return Undecodable(f"JSON deeper than limits.json_depth ({limits.json_depth}) allows")
