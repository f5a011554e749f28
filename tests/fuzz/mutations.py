"""Messages made worse, in seeded ways that come from the field: cut, swapped, blown up, nested, of another alphabet."""

import gzip
import random
import re
import zlib
from collections.abc import Callable, Sequence

LONG = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
"""The longest Avro number; as a length or a count it claims more than any memory has."""
PIECES = (
    *(b"\x00", b"\x01", b"\x02", b"\x7f", b"\x80", b"\xff", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", LONG),
    *(b"\x00\x00\x00\x00\x01", b"\x00\x00\x00\x00\x07", b"\x00\xff\xff\xff\xff", b"\xc3\x01", b"\xef\xbb\xbf", b"{"),
    *(b"}", b"[", b"]", b'"', b",", b":", b"\\ud800", b"\\u0000", b"\\", b"\n", b"\xf0\x9f\x92\xa9"),
)
TOKENS = (
    *(b"null", b"true", b"false", b"[]", b"{}", b'""', b'"null"', b"0", b"-0", b"-1", b"1.5", b"0.1e-99999"),
    *(b"1e999", b"-1e999999", b"1e-999999", b"NaN", b"Infinity", b"-Infinity", b"9223372036854775808"),
    *(b"-9223372036854775809", b"18446744073709551616", b"9" * 64, b"9" * 4301, b'"' + b"9" * 70 + b'"', b'"1e400"'),
    *(b'"\\ud83d"', b'"\\u0000"', b'"\xc3\xa9\xe2\x82\xac"', b'"' + b"x" * 256 + b'"', b'"RETURN"', b'"FULL"'),
    *(b'"MIXED"', b'"LINE_ITEM"', b'"AMOUNT"', b'"SUCCESS"', b'"REVOKED"', b"200", b"401", b"404", b"429", b"503"),
    *(b"729", b"730", b"731", b"4000", b"4001", b"1010", b"517", b"521", b'"731"', b"731.0", b"[[[[]]]]"),
    *(b'{"a":{"a":{"a":{}}}}', b"[" * 40 + b"]" * 40, b"[" * 70 + b"]" * 70, b"[" * 3000, b'{"":' * 3000),
)
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null|\[\]|\{\}')


class Mutator:
    """Makes one message after another; the same seed makes the same ones."""

    def __init__(self, seed: int, messages: Sequence[bytes]) -> None:
        self.chance = random.Random(seed)
        self._messages = messages
        self._ways: tuple[Callable[[bytes], bytes], ...] = (
            *(self._cut, self._flipped, self._pierced, self._without, self._doubled, self._spliced),
            *(self._retold, self._retold, self._retold, self._noise),
        )

    def message(self) -> bytes:
        """A message with one to four things wrong; now and then none."""
        message = self.chance.choice(self._messages)
        for _ in range(self.chance.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            message = self.chance.choice(self._ways)(message)
        return message

    def _place(self, message: bytes) -> int:
        return self.chance.randrange(len(message) + 1)

    def _cut(self, message: bytes) -> bytes:
        return message[: self._place(message)]

    def _flipped(self, message: bytes) -> bytes:
        if not message:
            return message
        changed = bytearray(message)
        changed[self.chance.randrange(len(changed))] ^= 1 << self.chance.randrange(8)
        return bytes(changed)

    def _pierced(self, message: bytes) -> bytes:
        place = self._place(message)
        over = self.chance.choice((0, 0, 1, 2, 8))
        return message[:place] + self.chance.choice(PIECES) + message[place + over :]

    def _without(self, message: bytes) -> bytes:
        place = self._place(message)
        return message[:place] + message[place + self.chance.randrange(1, 20) :]

    def _doubled(self, message: bytes) -> bytes:
        place = self._place(message)
        piece = message[place : place + self.chance.randrange(1, 60)]
        return message[:place] + piece * self.chance.choice((2, 2, 3, 50)) + message[place:]

    def _spliced(self, message: bytes) -> bytes:
        other = self.chance.choice(self._messages)
        return message[: self._place(message)] + other[self._place(other) :]

    def _retold(self, message: bytes) -> bytes:
        """Another JSON value in the place of one."""
        found = list(TOKEN.finditer(message[:4096]))
        if not found:
            return self._pierced(message)
        start, end = self.chance.choice(found).span()
        return message[:start] + self.chance.choice(TOKENS) + message[end:]

    def _noise(self, message: bytes) -> bytes:
        return message[:1] + self.chance.randbytes(self.chance.randrange(40))


def gzip_bomb(size: int) -> bytes:
    return gzip.compress(b"[" * size)


def deflate_bomb(size: int) -> bytes:
    return zlib.compress(b" " * size, 9)


def zstd_bomb(blocks: int) -> bytes:
    """A frame of blocks that each say one byte 131,072 times."""
    last = (1 << 17) << 3 | 1 << 1 | 1
    more = (1 << 17) << 3 | 1 << 1
    head = b"\x28\xb5\x2f\xfd\x00\x58"
    return head + b"".join(more.to_bytes(3, "little") + b"[" for _ in range(blocks)) + last.to_bytes(3, "little") + b"["
