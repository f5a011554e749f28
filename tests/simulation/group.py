"""Kafka's group coordinator, cooperative: who owns which partition, and since which generation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from consumer.ports import Partition
from tests.simulation.tale import Tale


@dataclass(slots=True, eq=False, kw_only=True)
class Member:
    """One consumer. `wake` is called when the group wants something of it."""

    name: str
    wake: Callable[[], None]
    generation: int = -1
    owned: list[Partition] = field(default_factory=list)
    fresh: list[Partition] = field(default_factory=list)
    """Partitions to take that nobody else owns."""
    joined: bool = False
    has_news: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a member must do: give these up, then take those. `lost`: they are another's already."""

    gone: tuple[Partition, ...] = ()
    fresh: tuple[Partition, ...] = ()
    lost: tuple[Partition, ...] = ()


class Group:
    """Changes its generation when all members have joined anew; what moves is free before another takes it."""

    def __init__(self, tale: Tale, partitions: Iterable[Partition]) -> None:
        self._tale = tale
        self._partitions = tuple(partitions)
        self._target: dict[Partition, Member] = {}
        self._unbalanced = False
        self.generation = 0
        self.members: list[Member] = []

    def enter(self, member: Member) -> None:
        """Take in a new member."""
        self.members.append(member)
        self._assign_anew()
        self._tale.step(member.name, "joins the group")

    def leave(self, member: Member) -> None:
        """Let go of a member: what it owned is free."""
        if member in self.members:
            self.members.remove(member)
            self._assign_anew()
            self._tale.step(member.name, "is out of the group")

    def move(self) -> None:
        """Give some partitions to others, though nobody came or went."""
        self._target = {each: member for each, member in self._target.items() if self._tale.odds(0.5)}
        self._assign_anew()

    def poll(self, member: Member) -> Change | None:
        """What is new for this member since it asked last."""
        if member not in self.members:
            lost, member.owned, member.generation = tuple(member.owned), [], -1
            member.joined = member.has_news = False
            self.enter(member)
            return Change(lost=lost) if lost else None
        if self._unbalanced:
            member.joined = True
            if all(each.joined for each in self.members):
                self._balance()
        if not member.has_news or member not in self.members:
            return None
        member.has_news = False
        member.generation = self.generation
        gone = tuple(each for each in member.owned if self._target[each] is not member)
        member.owned += member.fresh
        return Change(gone=gone, fresh=tuple(member.fresh))

    def released(self, member: Member, gone: Iterable[Partition]) -> None:
        """These are free now: the next balance hands them on."""
        member.owned = [each for each in member.owned if each not in set(gone)]
        self._unsettle()

    def is_current(self, member: Member, generation: int) -> bool:
        """Whether a commit in this member's name is taken; the coordinator asks nothing of who owns the partition."""
        return member in self.members and generation == self.generation

    def _assign_anew(self) -> None:
        kept = {each: member for each, member in self._target.items() if member in self.members}
        share = len(self._partitions) // max(1, len(self.members))
        for each in self._partitions:
            count = sum(member is kept.get(each) for member in kept.values())
            if each in kept and count > share + 1:
                del kept[each]
        for each in self._partitions:
            if self.members and each not in kept:
                counts = {member.name: sum(it is member for it in kept.values()) for member in self.members}
                least = min(counts.values())
                kept[each] = self._tale.chance.choice([it for it in self.members if counts[it.name] == least])
        self._target = kept
        self._unsettle()

    def _unsettle(self) -> None:
        self._unbalanced = True
        for member in self.members:
            member.joined = False
            member.wake()

    def _balance(self) -> None:
        self.generation += 1
        self._unbalanced = False
        taken = {each for member in self.members for each in member.owned}
        for member in self.members:
            member.fresh = [each for each, its in self._target.items() if its is member and each not in taken]
            member.joined, member.has_news = False, True
            member.wake()
        shares = ", ".join(
            f"{it.name} {''.join(_short(p) for p in self._target if self._target[p] is it)}" for it in self.members
        )
        self._tale.step("grp", f"generation {self.generation}: {shares}")


def _short(partition: Partition) -> str:
    return f"{partition.topic[0]}{partition.partition}"
