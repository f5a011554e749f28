"""The vendor as several processes reach it: answers that are lost, refused or late, each mood by chance."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from consumer.core.model import RequestId
from consumer.ports import Call, Response, Unavailable
from tests.simulation.history import History
from tests.simulation.random_day import RandomDay
from tests.simulation.tale import Tale
from tests.simulation.vendor import Vendor

A_MINUTE = 60.0
MOST_CALLS = 30
"""Of a day, repeats and listings included."""
DEADLINE = 3.0
"""Seconds after which a call's answer is waited for no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorMoods:
    """How often each thing goes wrong, and for how many calls in all; `whole`: nothing is done unless all can be.

    `per_minute` is what one process may ask; a success for more earns than `largest` is too large to be read.
    """

    per_minute: float
    ratio: float
    most: int
    slow: float
    whole: bool
    largest: int


class MoodyVendor(Vendor):
    """What is true on the vendor's side, and how it feels today."""

    def __init__(self, day: RandomDay, tale: Tale, moods: VendorMoods) -> None:
        super().__init__(History(), holds=day.held, redeemed=day.redeemed, loses=())
        self.tale = tale
        self.moods = moods
        self._customer_of = day.customer_of
        self._asked_at: defaultdict[str, deque[float]] = defaultdict(deque)
        self.token_is_good = True
        self.mischief = moods.most
        self.calling: dict[int, str] = {}
        """Whose call for a customer is being served, or was served last."""
        self.on_revoked: Callable[[str], None] = lambda _: None

    @property
    def waits(self) -> float:
        """Seconds that the quota may cost in all."""
        return MOST_CALLS * A_MINUTE / self.moods.per_minute

    def asked(self, name: str, call: Call) -> None:
        """Watch what is asked: not too often, and no customer for what another has."""
        now, times = self.tale.loop.time(), self._asked_at[name]
        times.append(now)
        while times[0] <= now - A_MINUTE:
            times.popleft()
        if len(times) > self.moods.per_minute:
            self.tale.finds(f"{name} calls {len(times)} times in a minute")
        for earn in call.earns:
            if self._customer_of[str(earn.earn_id)] != call.customer_id:
                self.tale.finds(f"{name} asks {call.customer_id} for {earn.earn_id}")

    def mood(self) -> str:
        """What this call runs into; nothing, mostly."""
        if not self.token_is_good:
            return "401"
        if not self.mischief or not self.tale.odds(self.moods.ratio):
            return ""
        self.mischief -= 1
        found = self.tale.chance.choice(
            ("unsent", "unheard", "unheard", "lost", "lost", "429", "503", "503 done", "401")
        )
        self.token_is_good = found != "401"
        return found

    def apply(self, call: Call) -> Response:
        """Do what is asked, and tell the world of what was revoked."""
        held = set(self.held)
        asked = {str(each.earn_id) for each in call.earns}
        if self.moods.whole and len(asked) > 1 and not asked <= held:
            return _answer(400, {"errors": [{"code": 731, "message": "not one of these"}]})
        response = self.revoke(self._in_part(call))
        for earn in sorted(held - self.held):
            self.on_revoked(earn)
        self.history.refused(asked - held - set(self.revoked) - self.redeemed)
        self.tale.changed()
        return response

    def _in_part(self, call: Call) -> Call:
        """The call, or what of it the vendor has a mind to do; of the rest it says nothing."""
        if len(call.earns) == 1 or not self.tale.odds(self.moods.ratio):
            return call
        self.history.lost(str(each.earn_id) for each in call.earns)
        return replace(call, earns=call.earns[: len(call.earns) // 2])


class MoodyConnection:
    """One process's way to the vendor: implements `ports.RevokeApi`."""

    def __init__(self, name: str, vendor: MoodyVendor) -> None:
        self._name = name
        self._vendor = vendor
        self._tale = vendor.tale

    async def revoke(self, call: Call) -> Response:
        vendor, earns = self._vendor, [str(asked.earn_id) for asked in call.earns]
        words = f"{call.customer_id}: {' '.join(earns)}"
        mood = vendor.mood()
        vendor.asked(self._name, call)
        losses = vendor.history.losses(by=self._name)
        self._tale.step(self._name, f"calls for {words}{f' ({mood})' if mood else ''}")
        await asyncio.sleep(self._tale.delay())
        if mood == "unsent":
            raise Unavailable("connect", sent=False)
        if mood in {"429", "401"}:
            return _answer(int(mood), {}, retry_after=0.5 if mood == "429" else None)
        vendor.history.called(earns, by=self._name, since=losses)
        if mood in {"unheard", "503"}:
            vendor.history.lost(earns)
        if mood == "unheard":
            await asyncio.sleep(DEADLINE)
            raise Unavailable("timeout")
        if mood == "503":
            return _answer(503, {})
        response = await asyncio.shield(asyncio.ensure_future(self._served(call, words)))
        await asyncio.sleep(self._tale.delay())
        if mood in {"lost", "503 done"}:
            vendor.history.lost(earns)
            self._tale.step(self._name, f"hears no answer for {words}")
        if mood == "lost":
            raise Unavailable("timeout")
        if response.status == 200 and len(earns) > vendor.moods.largest:
            self._tale.step(self._name, f"cannot read so large an answer for {words}")
            response = replace(response, body=b"", unread="too large")
        if response.status != 200 or response.unread is not None:
            vendor.history.lost(earns)
        self._tale.step(self._name, f"is answered {response.status} for {words}")
        return _answer(503, {}) if mood == "503 done" else response

    async def listing(self, call: Call) -> Response:
        self._tale.step(self._name, f"asks what {call.customer_id} holds")
        self._vendor.asked(self._name, call)
        await asyncio.sleep(self._tale.delay())
        mood = self._vendor.mood()
        if mood in {"unsent", "unheard", "lost"}:
            raise Unavailable("timeout")
        response = self._vendor.listing()
        await asyncio.sleep(self._tale.delay())
        return _answer(int(mood.split()[0]), {}) if mood else response

    async def refresh(self) -> None:
        await asyncio.sleep(self._tale.delay())
        self._vendor.token_is_good = True

    async def _served(self, call: Call, words: str) -> Response:
        """What the vendor does with a request that reached it, whoever lives to hear of it."""
        vendor, customer = self._vendor, call.customer_id
        if customer in vendor.busy:
            if vendor.calling.get(customer) == self._name:
                vendor.collisions.append(customer)
            vendor.history.lost(str(asked.earn_id) for asked in call.earns)
            return _answer(521, {"errors": [{"code": 521, "message": "several actions at once"}]})
        vendor.busy.add(customer)
        vendor.calling[customer] = self._name
        slow = self._tale.odds(vendor.moods.slow)
        await asyncio.sleep(self._tale.delay(DEADLINE / 2 if slow else 0.03))
        self._tale.step("api", f"serves {words}")
        response = vendor.apply(call)
        await asyncio.sleep(self._tale.delay(DEADLINE / 2 if slow else 0.01))
        vendor.busy.discard(customer)
        return response


def _answer(status: int, body: object, *, retry_after: float | None = None) -> Response:
    return Response(status=status, body=json.dumps(body).encode(), retry_after=retry_after, request_id=RequestId("r"))
