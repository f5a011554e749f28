"""What a group's members and its coordinator are to each other, whichever protocol they speak."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from consumer.ports import Partition


@dataclass(slots=True, eq=False, kw_only=True)
class Member:
    """One consumer. `wake` is called when the group wants something of it; `generation` is what it knows of its own."""

    name: str
    wake: Callable[[], None]
    generation: int = -1
    owned: list[Partition] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a member must do: give these up, then take those, be it none; None: nothing is assigned.

    `lost`: they are another's already.
    """

    gone: tuple[Partition, ...] = ()
    fresh: tuple[Partition, ...] | None = None
    lost: tuple[Partition, ...] = ()


class Coordinator(Protocol):
    """The broker's side of a group."""

    members: list[Member]

    def enter(self, member: Member) -> None:
        """Take in a new member."""
        ...

    def leave(self, member: Member) -> None:
        """Let go of a member, which may not know: what it owned is free."""
        ...

    def move(self) -> None:
        """Give some partitions to others, though nobody came or went."""
        ...

    def poll(self, member: Member) -> Change | None:
        """What is new for this member since it asked last."""
        ...

    def released(self, member: Member, gone: Iterable[Partition]) -> None:
        """The member gave these up."""
        ...

    def refusal(self, member: Member, generation: int, partitions: Collection[Partition]) -> int | None:
        """The code by which a commit of these, in this member's name, is refused; None where it is taken."""
        ...


def targets(
    partitions: Sequence[Partition], members: Sequence[Member], before: Mapping[Partition, Member], chance: Random
) -> dict[Partition, Member]:
    """Who is to own what: as before, as far as each then has its share."""
    kept = {each: member for each, member in before.items() if member in members}
    share = len(partitions) // max(1, len(members))
    for each in partitions:
        if each in kept and sum(member is kept[each] for member in kept.values()) > share + 1:
            del kept[each]
    for each in partitions:
        if members and each not in kept:
            counts = Counter(member.name for member in kept.values())
            least = min(counts[member.name] for member in members)
            kept[each] = chance.choice([it for it in members if counts[it.name] == least])
    return kept


def shares(target: Mapping[Partition, Member], members: Iterable[Member]) -> str:
    """Who is to own what, as a person reads it."""
    return ", ".join(f"{it.name} {short(p for p in target if target[p] is it)}" for it in members)


def short(partitions: Iterable[Partition]) -> str:
    return "".join(f"{each.topic[0]}{each.partition}" for each in partitions)
