"""The two halves of every operation, between which a group of them is committed."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection

Argument_contra = TypeVar("Argument_contra", contravariant=True)
Written = TypeVar("Written")
Result_co = TypeVar("Result_co", covariant=True)


class Raced(Exception):  # noqa: N818 - no error: another process was first, and the group is run again
    """Another process wrote the same row between our look and our write."""


class Stage(Protocol[Argument_contra, Written, Result_co]):
    """One kind of operation. A group's stages all write, then commit, then all read."""

    def write(self, connection: Connection, arguments: Sequence[Argument_contra]) -> Written:
        """Inside the group's transaction: what must be on disk before anything is read."""
        ...

    def read(self, connection: Connection, written: Written) -> Sequence[Result_co]:
        """After the commit: the result of each argument, in their order."""
        ...
