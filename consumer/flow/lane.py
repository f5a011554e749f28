"""One customer's line of records: worked one request at a time, merged at the last moment, answered in order.

The order of the work: settle what needs no call; wait for a permit; merge what waits by then; claim; ask until every
earn has its answer; settle; hand over. Dying anywhere is safe: before the claim nothing was asked, between claim and
settlement the claim says that the answer is unknown, and after it the ledger has the outcome.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from consumer.core.judge import Answered, Listing
from consumer.core.model import Coordinates, CustomerId, Earn, EarnId, EarnKey, Millis, OrgId
from consumer.core.plan import Plan
from consumer.core.vendor_call import CallKind, VendorCall
from consumer.flow.call import NoAnswer, Reply
from consumer.flow.gate import Permit
from consumer.flow.item import Item, plan_of
from consumer.flow.late import any_late, look_again, not_looked_at
from consumer.flow.merge import merge
from consumer.flow.patience import Patience
from consumer.flow.round import Ask, Round
from consumer.flow.settlement import Planned
from consumer.flow.world import World
from consumer.ports import Denied, Settlement

MOST_REMEMBERED = 10_000
"""Earns a long-lived lane keeps in mind; what it forgets costs it a claim, no more."""

LaneKey = tuple[OrgId, CustomerId] | Coordinates
"""A customer; or the record itself, where it has none and so no order to keep."""


class Lane:
    """The records of one customer that wait, oldest first."""

    def __init__(self, key: LaneKey, world: World) -> None:
        self.key = key
        self.waiting: deque[Item] = deque()
        self.inside: tuple[Item, ...] = ()
        """The records that are inside a call or a settlement, or in whose names it is made; a drain waits for them."""
        self._world = world
        self._newer: dict[EarnKey, Earn] = {}
        self._patience = Patience(world.gate, world.rules.retry, world.telemetry, world.loop, chance=world.chance)

    def interrupt(self) -> None:
        """End the lane's wait where something is not its own any more, so that it lets go of that."""
        if not self._all_ours(self.waiting):
            self._patience.interrupt()

    async def work(self) -> None:
        """Work until nothing waits."""
        while self._drop_what_is_not_ours():
            if await self._world.late.look(self.waiting, not_looked_at):
                continue
            leading = self._leading_without_a_call()
            if leading:
                await self._settle(leading, None)
                continue
            permit = await self._patience.turn()
            if permit is not None:
                await self._merged_request(permit)

    def _drop_what_is_not_ours(self) -> bool:
        """Let go of records whose partition went elsewhere; whether any wait still."""
        if not self._all_ours(self.waiting):
            self.waiting = deque(item for item in self.waiting if self._world.is_ours(item.record))
        return bool(self.waiting)

    def _leading_without_a_call(self) -> list[tuple[Item, Plan]]:
        leading: list[tuple[Item, Plan]] = []
        for item in self.waiting:
            planned = plan_of(item, self._newer, self._world.rules.policy)
            if planned.revoke:
                break
            leading.append((item, planned))
        return leading

    async def _merged_request(self, permit: Permit) -> None:
        """Merge what waits now, claim its earns and ask; what changed meanwhile sends us back to look again."""
        self._drop_what_is_not_ours()
        self.inside = tuple(self.waiting)
        is_gone = await self._world.late.look(self.inside, any_late) and not self._all_ours(self.inside)
        merged = merge(self.inside, self._newer, self._world.rules)
        self.inside = merged.inside
        claimed = await self._claim(merged) if merged.earns and not is_gone else None
        if claimed:
            if await self._ask_until_answered(merged, await self._fresh(permit, merged)):
                await self._settle(merged.planned, merged)
                return
        else:
            self._world.gate.not_needed(permit)
        self._rest()
        if claimed is False:
            await self._patience.for_another_claim()

    async def _claim(self, merged: Round) -> bool | None:
        """Write down that the earns are about to be asked for.

        False where another record's call for one of them is under way; None where one changed since it was planned.
        """
        claim = merged.claim(self._world.now(), self._world.rules.lease)
        answer = await self._world.ledger.claim(claim)
        changed = any(_has_changed(merged.earns[earn.key.earn_id], earn) for earn in answer.earns)
        self._newer.update({earn.key: earn for earn in answer.earns})
        if isinstance(answer, Denied):
            look_again(self.inside)
            return None if changed else False
        merged.claimed(claim, answer.uncertain)
        if changed or await self._world.late.is_overtaken(merged.planned):
            await self._let_go(merged)
            return None
        return True

    async def _ask_until_answered(self, merged: Round, permit: Permit | None) -> bool:
        """Ask step by step. False where the request is put off, to be merged anew with what comes meanwhile."""
        while (step := merged.next_step()) is not None:
            if permit is None or not self._may_go_on(merged):
                if permit is not None:
                    self._world.gate.not_needed(permit)
                await self._let_go(merged)
                return False
            silence = (
                await self._ask(merged, permit, step.earns)
                if isinstance(step, Ask)
                else await self._verify(merged, permit)
            )
            if silence is None:
                self._patience.answered()
            elif self._patience.is_over(silence):
                merged.give_up(silence.code, silence.reason)
            elif not await self._is_repeated(merged, silence):
                return False
            permit = await self._next_permit(merged)
        return True

    async def _is_repeated(self, merged: Round, silence: NoAnswer) -> bool:
        """Back off. False where the request is put off: merging anew loses nothing, or it is not ours to repeat."""
        if merged.is_under_way and self._all_ours(self.inside):
            await self._patience.after(silence)
            if self._all_ours(self.inside):
                return True
            await self._let_go(merged)
            return False
        await self._let_go(merged)
        self._rest()
        if not merged.is_under_way:
            await self._patience.after(silence)
        return False

    async def _next_permit(self, merged: Round) -> Permit | None:
        """The permit of a further step, what is known by now written down first."""
        if merged.next_step() is None:
            return None
        if merged.answers:
            await self._world.ledger.settle(Settlement(states=merged.states()))
        permit: Permit | None = None
        while permit is None and self._may_go_on(merged):
            permit = await self._patience.next_turn()
        return None if permit is None else await self._fresh(permit, merged)

    async def _fresh(self, permit: Permit, merged: Round) -> Permit | None:
        """The permit, or another one where the ledger took too long, as the quota counts when a request goes.

        None where claims have become old, and cannot be made anew in time: another's may stand in their place.
        """
        stands = self._stands(merged) or (await self._claim(merged) and self._stands(merged))
        if stands and not self._world.gate.is_stale(permit):
            return permit
        self._world.gate.not_needed(permit)
        return await self._next_permit(merged) if stands else None

    def _stands(self, merged: Round) -> bool:
        return merged.stands(self._world.now(), self._world.rules.lease)

    async def _ask(self, merged: Round, permit: Permit, group: tuple[EarnId, ...]) -> NoAnswer | None:
        asked_at = self._world.now()
        reply = await self._world.caller.revoke(permit, merged.call(group))
        if reply.sent:
            self._world.telemetry.merged(len(group), merged.note(_call(CallKind.REVOKE, asked_at, group, reply)))
        if isinstance(reply.meaning, NoAnswer):
            if reply.meaning.fate_unknown:
                merged.doubtful.update(group)
            if reply.too_large:
                merged.halve()
            return reply.meaning
        merged.learn(reply.meaning)
        return None

    async def _verify(self, merged: Round, permit: Permit) -> NoAnswer | None:
        asked_at = self._world.now()
        reply = await self._world.caller.listing(permit, merged.call(()))
        if reply.sent:
            merged.note(_call(CallKind.LISTING, asked_at, tuple(merged.to_verify), reply))
        if isinstance(reply.meaning, NoAnswer):
            return reply.meaning
        merged.learn_listing(reply.meaning)
        return None

    async def _let_go(self, merged: Round) -> None:
        """Keep what is known, and the claims on what may have been done; take back the others."""
        await self._world.ledger.settle(Settlement(states=merged.states(), release=merged.releasable()))
        self._remember(merged)
        look_again(self.inside)

    async def _settle(self, planned: Planned, asked: Round | None) -> None:
        """End the records; of one that went to another owner meanwhile, which may have asked anew, only facts stay."""
        self.inside = tuple(item for item, _ in planned) if asked is None else asked.inside
        ended = [(item, plan) for item, plan in planned if self._world.may_finish(item.record)]
        await self._world.settler.settle(ended, asked)
        for _ in planned:
            self.waiting.popleft()
        if len(self._newer) > MOST_REMEMBERED:
            self._newer.clear()
        if asked is not None:
            self._remember(asked)
        look_again(self.waiting)
        self._rest()

    def _remember(self, merged: Round) -> None:
        """Know the answers for the records that wait behind, whose reading is older."""
        for key, state, owner in merged.states():
            earn = merged.earns[key.earn_id]
            self._newer[key] = replace(earn, state=state, claim=None if owner is None else str(owner))

    def _may_go_on(self, merged: Round) -> bool:
        """Whether a further attempt may begin; in a drain only for a request that has a part of its answers."""
        finishing = merged.is_under_way and self._world.gate.holding() is None
        may = self._world.may_ask_on if finishing else self._world.is_ours
        return all(may(item.record) for item in self.inside)

    def _all_ours(self, items: Iterable[Item]) -> bool:
        return all(self._world.is_ours(item.record) for item in items)

    def _rest(self) -> None:
        self.inside = ()
        self._world.on_rest()


def _has_changed(before: Earn, now: Earn) -> bool:
    """Whether a plan made of the earn before may not hold any more."""
    return now.state is not before.state or now.purchase != before.purchase


def _call(kind: CallKind, at: Millis, earns: tuple[EarnId, ...], reply: Reply[Answered] | Reply[Listing]) -> VendorCall:
    return VendorCall(
        at=at, kind=kind, earns=earns, of=len(earns), end=reply.end, request_id=reply.request_id, codes=reply.codes
    )
