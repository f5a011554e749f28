"""Kafka's group coordinator of the protocol `consumer` (KIP-848), as far as the worker of a member can see it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from confluent_kafka import KafkaError

from consumer.ports import Partition
from tests.simulation.membership import Change, Member, short, targets
from tests.simulation.tale import Tale

BEAT = 0.3
"""Seconds from one heartbeat to the next, at most."""
AN_ANSWER = 0.2
"""Seconds until a member knows what a heartbeat of its told, at most: its epoch is stale meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brokers:
    """How they refuse a commit. `by_partition`: only where the partition came later than the epoch (KIP-1251).

    `stale` is the code: ILLEGAL_GENERATION, as a commit in a transaction knew no other before KIP-1319. Only heartbeats
    are answered with FENCED_MEMBER_EPOCH; the worker sees it as partitions lost.
    """

    by_partition: bool
    stale: int


@dataclass(slots=True, eq=False)
class _Seat:
    """A member as the coordinator knows it: its epoch, and since which epoch it has each partition."""

    epoch: int = 0
    since: dict[Partition, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Client:
    """A member's own side: what it was told to have, and the number of its last heartbeat; older answers are void."""

    assigned: tuple[Partition, ...] = ()
    beats: int = 0
    is_acknowledging: bool = False
    is_fenced: bool = False


class ConsumerGroup:
    """Each member comes to the group's target by its own heartbeats, and nobody waits for all.

    Where it has to give up something it is told so, and stays at its epoch until it has acknowledged; what nobody has
    any more is another's at that one's next heartbeat. A heartbeat that says nothing new is left out.
    """

    def __init__(self, tale: Tale, partitions: Iterable[Partition], brokers: Brokers) -> None:
        self._tale = tale
        self._partitions = tuple(partitions)
        self._brokers = brokers
        self._target: dict[Partition, Member] = {}
        self._seats: dict[Member, _Seat] = {}
        self._clients: dict[Member, _Client] = {}
        self.epoch = 0
        self.members: list[Member] = []

    def enter(self, member: Member) -> None:
        """Take in a new member; its first heartbeat says epoch 0."""
        member.generation = 0
        self.members.append(member)
        self._seats[member], self._clients[member] = _Seat(), _Client()
        self._assign_anew()
        self._tale.step(member.name, "joins the group")

    def leave(self, member: Member) -> None:
        """Let go of a member: what it had is free. One that lives is fenced at its next heartbeat."""
        if member in self.members:
            self.members.remove(member)
            del self._seats[member]
            self._assign_anew()
            self._beat_soon(member)
            self._tale.step(member.name, "is out of the group")

    def move(self) -> None:
        """Give some partitions to others, though nobody came or went."""
        self._target = {each: member for each, member in self._target.items() if self._tale.odds(0.5)}
        self._assign_anew()

    def poll(self, member: Member) -> Change | None:
        """What its last heartbeat told; nothing while it acknowledges, and nothing that is empty."""
        client = self._clients[member]
        if client.is_fenced:
            lost, member.owned = tuple(member.owned), []
            self.enter(member)
            return Change(lost=lost) if lost else None
        if client.is_acknowledging:
            return None
        gone = tuple(each for each in member.owned if each not in client.assigned)
        if gone:
            return Change(gone=gone)
        fresh = tuple(each for each in client.assigned if each not in member.owned)
        member.owned += fresh
        return Change(fresh=fresh) if fresh else None

    def released(self, member: Member, gone: Iterable[Partition]) -> None:
        """The next heartbeat says so."""
        left = frozenset(gone)
        member.owned = [each for each in member.owned if each not in left]
        client = self._clients[member]
        client.is_acknowledging = True
        self._tale.loop.call_later(self._tale.delay(), self._acknowledge, member, client)

    def refusal(self, member: Member, generation: int, partitions: Collection[Partition]) -> int | None:
        """One of the partitions' own epochs, or the member's, decides."""
        seat = self._seats.get(member)
        if seat is None:
            return KafkaError.UNKNOWN_MEMBER_ID
        if self._brokers.by_partition:
            is_current = all(seat.since.get(each, self.epoch + 1) <= generation <= seat.epoch for each in partitions)
        else:
            is_current = generation == seat.epoch
        return None if is_current else self._brokers.stale

    def _assign_anew(self) -> None:
        self.epoch += 1
        self._target = targets(self._partitions, self.members, self._target, self._tale.chance)
        for member in self.members:
            self._beat_soon(member)

    def _beat_soon(self, member: Member) -> None:
        self._tale.loop.call_later(self._tale.delay(BEAT), self._beat, member)

    def _acknowledge(self, member: Member, client: _Client) -> None:
        """A heartbeat that says what the member owns: of what it was not told to have, it has no more than that."""
        seat = self._seats.get(member)
        if seat is not None and client is self._clients[member]:
            has = {*member.owned, *client.assigned}
            seat.since = {each: since for each, since in seat.since.items() if each in has}
            for other in self.members:
                if other is not member:
                    self._beat_soon(other)
        self._beat(member)

    def _beat(self, member: Member) -> None:
        """A heartbeat comes to the coordinator, and its answer is on its way."""
        seat, client = self._seats.get(member), self._clients[member]
        client.beats += 1
        if seat is None:
            self._tale.loop.call_later(self._tale.delay(), self._fence, member)
            return
        before = (seat.epoch, tuple(seat.since), client.assigned)
        if all(self._target[each] is member for each in seat.since):
            seat.epoch = self.epoch
            taken = {each for other in self._seats.values() for each in other.since}
            mine = (each for each, its in self._target.items() if its is member and each not in taken)
            seat.since |= dict.fromkeys(mine, self.epoch)
        assigned = tuple(each for each in seat.since if self._target[each] is member)
        answer = (client.beats, seat.epoch, assigned)
        self._tale.loop.call_later(self._tale.delay(AN_ANSWER), self._answer, member, client, answer)
        if before != (seat.epoch, tuple(seat.since), assigned):
            self._tale.step("grp", f"epoch {seat.epoch} of {self.epoch} for {member.name}: {short(assigned)}")

    def _answer(self, member: Member, client: _Client, answer: tuple[int, int, tuple[Partition, ...]]) -> None:
        number, epoch, assigned = answer
        if number == client.beats and client is self._clients[member]:
            member.generation, client.assigned, client.is_acknowledging = epoch, assigned, False
            member.wake()
            seat = self._seats.get(member)
            # What it was not told in time it never had: there is nothing to give up, and that is to be said as well.
            if seat is not None and set(seat.since) > set(assigned) >= set(member.owned):
                self._tale.loop.call_later(self._tale.delay(), self._acknowledge, member, client)

    def _fence(self, member: Member) -> None:
        if member not in self._seats:
            self._clients[member].is_fenced = True
            member.wake()
