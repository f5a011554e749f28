"""All operations of a ledger, in the order in which a group's are carried out."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection

from consumer.adapters.ledger.bulk import Bulk
from consumer.adapters.ledger.claiming import MakeClaim
from consumer.adapters.ledger.following import Follow, IsFollowed
from consumer.adapters.ledger.forgetting import Forget
from consumer.adapters.ledger.late import Late
from consumer.adapters.ledger.linking import Link
from consumer.adapters.ledger.naming import Name
from consumer.adapters.ledger.opening import Open
from consumer.adapters.ledger.settling import Settle
from consumer.adapters.ledger.stage import Stage
from consumer.adapters.ledger.telling import Tell
from consumer.ports import WallClock


class Kind(Enum):
    """What can be asked of a ledger."""

    SETTLE = auto()
    TELL = auto()
    NAME = auto()
    LINK = auto()
    OPEN = auto()
    CLAIM = auto()
    LATE_EARNS = auto()
    FOLLOW = auto()
    IS_FOLLOWED = auto()
    FORGET = auto()


READ_ONLY = frozenset({Kind.LATE_EARNS, Kind.IS_FOLLOWED})

Stages = Mapping[Kind, Stage[Any, Any, Any]]
Asked = Mapping[Kind, Sequence[Any]]
"""The arguments of a group's operations, by their kind."""


def stages_of(bulk: Bulk, now: WallClock) -> Stages:
    """What a lane has done before, others see: settlements come first, claims last of all that lanes wait for."""
    return {
        Kind.SETTLE: Settle(bulk),
        Kind.TELL: Tell(bulk, now),
        Kind.NAME: Name(bulk, now),
        Kind.LINK: Link(bulk),
        Kind.OPEN: Open(bulk, now),
        Kind.CLAIM: MakeClaim(bulk),
        Kind.LATE_EARNS: Late(bulk),
        Kind.FOLLOW: Follow(bulk),
        Kind.IS_FOLLOWED: IsFollowed(),
        Kind.FORGET: Forget(bulk),
    }


def write_all(connection: Connection, begin: str, stages: Stages, asked: Asked) -> Mapping[Kind, Any]:
    """Carry the writes of a group out in one transaction and commit it; what each stage has to read with."""
    if asked.keys() <= READ_ONLY:
        return {kind: stages[kind].write(connection, asked[kind]) for kind in stages if kind in asked}
    connection.exec_driver_sql(begin)
    written = {kind: stages[kind].write(connection, asked[kind]) for kind in stages if kind in asked}
    connection.exec_driver_sql("COMMIT")
    return written


def read_all(connection: Connection, stages: Stages, written: Mapping[Kind, Any]) -> Mapping[Kind, Sequence[Any]]:
    """The results of a group whose writes are committed."""
    return {kind: stages[kind].read(connection, each) for kind, each in written.items()}
