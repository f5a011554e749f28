"""Kafka's group coordinator of the classic protocol, cooperative: who owns which partition, since which generation."""

from collections.abc import Collection, Iterable

from confluent_kafka import KafkaError

from consumer.ports import Partition
from tests.simulation.membership import Change, Member, shares, targets
from tests.simulation.tale import Tale


class Group:
    """Changes its generation when all members have joined anew; what moves is free before another takes it."""

    def __init__(self, tale: Tale, partitions: Iterable[Partition]) -> None:
        self._tale = tale
        self._partitions = tuple(partitions)
        self._target: dict[Partition, Member] = {}
        self._unbalanced = False
        self._joined: set[Member] = set()
        self._news: dict[Member, tuple[Partition, ...]] = {}
        """Partitions to take that nobody else owns, for those who have not heard of the generation."""
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
            self._news.pop(member, None)
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
            self.enter(member)
            return Change(lost=lost) if lost else None
        if self._unbalanced:
            self._joined.add(member)
            if self._joined.issuperset(self.members):
                self._balance()
        if member not in self._news or member not in self.members:
            return None
        fresh = self._news.pop(member)
        member.generation = self.generation
        gone = tuple(each for each in member.owned if self._target[each] is not member)
        member.owned += fresh
        return Change(gone=gone, fresh=fresh if fresh or not gone else None)

    def released(self, member: Member, gone: Iterable[Partition]) -> None:
        """These are free now: the next balance hands them on."""
        member.owned = [each for each in member.owned if each not in set(gone)]
        self._unsettle()

    def refusal(self, member: Member, generation: int, partitions: Collection[Partition]) -> int | None:
        """Of who owns the partitions the coordinator asks nothing."""
        del partitions
        if member not in self.members:
            return KafkaError.UNKNOWN_MEMBER_ID
        return None if generation == self.generation else KafkaError.ILLEGAL_GENERATION

    def _assign_anew(self) -> None:
        self._target = targets(self._partitions, self.members, self._target, self._tale.chance)
        self._unsettle()

    def _unsettle(self) -> None:
        self._unbalanced = True
        self._joined.clear()
        for member in self.members:
            member.wake()

    def _balance(self) -> None:
        self.generation += 1
        self._unbalanced = False
        self._joined.clear()
        taken = {each for member in self.members for each in member.owned}
        for member in self.members:
            self._news[member] = tuple(p for p, its in self._target.items() if its is member and p not in taken)
            member.wake()
        self._tale.step("grp", f"generation {self.generation}: {shares(self._target, self.members)}")
