"""A vendor for the proofs: over HTTP, with the memory and the call log that the oracle needs, and faults on request."""

import asyncio
import random
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.end_to_end.answers import Answer, Asked, answer
from tests.end_to_end.behaviour import Behaviour, Refusal
from tests.end_to_end.callers import basic, caller_of
from tests.end_to_end.nonsense import nonsense, spoilt
from tests.end_to_end.truth import AtTheVendor, Told, VendorCall, VendorState
from tests.end_to_end.verdicts import CODES
from tests.testbed.ports import free_port

USER, PASSWORD = "till", "s3cret"
BASIC = basic(USER, PASSWORD)
MINUTE = 60.0


@dataclass(slots=True)
class _UnderWay:
    """One request between its arrival and its answer."""

    request_id: str
    customer_id: int
    asked: Asked
    started: float
    caller: str
    applied: Answer | None = None


@dataclass(slots=True)
class Counts:
    """What the vendor counted."""

    requests: int = 0
    listings: int = 0
    tokens: int = 0
    refused_credentials: int = 0
    over_quota: int = 0
    arrivals: deque[float] = field(default_factory=deque)


class Vendor:
    """The vendor on a port of its own; `state` is what it knows of each earn."""

    def __init__(self, earns: Mapping[str, tuple[int, str, VendorState]], behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or Behaviour()
        self.counts = Counts()
        self.port = free_port()
        self.calls: list[VendorCall] = []
        self.complaints: list[str] = []
        self._owner = {
            earn_id: (customer_id, promotion_id) for earn_id, (customer_id, promotion_id, _) in earns.items()
        }
        self._earns_of: dict[int, list[str]] = defaultdict(list)
        for earn_id, (customer_id, _) in self._owner.items():
            self._earns_of[customer_id].append(earn_id)
        self._state: dict[str, VendorState] = {earn_id: state for earn_id, (_, _, state) in earns.items()}
        self._by_us: set[str] = set()
        self._under_way: dict[str, _UnderWay] = {}
        self._chance = random.Random(7)
        self._numbers = iter(range(1, 10_000_000))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def evidence(self) -> AtTheVendor:
        """What the oracle needs, as it is now."""
        return AtTheVendor(
            revoked_by_us=frozenset(self._by_us), calls=tuple(self.calls), complaints=tuple(self.complaints)
        )

    def under_way(self) -> list[int]:
        """The customers whose calls are at the vendor now."""
        return [each.customer_id for each in list(self._under_way.values())]

    def __enter__(self) -> Self:
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(90)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/api_gateway/v1/promotions/revokeEarn", self._revoke)
        app.router.add_get("/api_gateway/v1/promotions/customer/{customer_id}", self._list)
        app.router.add_post("/v3/oauth/token/generate", self._token)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        return runner

    def _refusal(self, request: web.Request) -> web.Response | None:
        """The answer to any request while the vendor is in a mood or the quota is used up."""
        self.counts.requests += 1
        mood = self.behaviour.mood
        if not self._knows(request):
            self.complaints.append(f"request {self.counts.requests}: wrong credentials")
        if mood == "down":
            return web.json_response({"errors": [{"code": 503, "message": "down"}]}, status=503)
        if mood == "strangers":
            self.counts.refused_credentials += 1
            return _refusing(self._chance.choice(self.behaviour.refusing))
        return self._over_quota()

    def _knows(self, request: web.Request) -> bool:
        token = request.headers.get("X-CAP-API-OAUTH-TOKEN")
        if token is not None:
            return token in {f"token-{number}" for number in range(1, self.counts.tokens + 1)}
        return _caller(request) is not None

    def _over_quota(self) -> web.Response | None:
        now, arrivals = time.monotonic(), self.counts.arrivals
        arrivals.append(now)
        while arrivals[0] <= now - MINUTE:
            arrivals.popleft()
        quota = self.behaviour.quota_per_minute
        if not quota or len(arrivals) <= quota:
            return None
        self.counts.over_quota += 1
        waiting = self.behaviour.retry_after
        headers = {"Retry-After": str(waiting)} if waiting and self._chance.random() < 0.5 else None
        return web.json_response({"errors": [{"code": 429, "message": "too many"}]}, status=429, headers=headers)

    async def _token(self, request: web.Request) -> web.Response:
        if await request.json() != {"key": USER, "secret": PASSWORD}:
            self.complaints.append("a token asked for with wrong keys")
        self.counts.tokens += 1
        token = f"token-{self.counts.tokens}"
        return web.json_response({"data": {"accessToken": token, "ttlSeconds": 3000}, "errors": []})

    async def _list(self, request: web.Request) -> web.Response:
        self.counts.listings += 1
        if refusal := self._refusal(request):
            return refusal
        if self.behaviour.spoiling(self._chance) == "nonsense":
            return nonsense(self._chance)
        customer_id = int(request.match_info["customer_id"])
        held = [
            {"earnedPromotionId": earn_id, "promotionId": self._owner[earn_id][1], "earnedStatus": "EARNED"}
            for earn_id in self._earns_of.get(customer_id, ())
            if self._state[earn_id] in {"held", "refused", "pos"}
        ]
        return web.json_response({"data": held[: int(request.query.get("limit", "10"))], "errors": []})

    async def _revoke(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        under_way = self._arrived(body, _caller(request) or "")
        told: Answer | None = None
        try:
            response, told = await self._answered(under_way, request)
        except asyncio.CancelledError:
            if under_way.applied is None and self._chance.random() < 0.5:
                self._apply(under_way)
            raise
        else:
            return response
        finally:
            self._log(under_way, told)

    def _arrived(self, body: Mapping[str, Any], caller: str) -> _UnderWay:
        request_id = f"req-{next(self._numbers)}"
        if not isinstance(body["customerId"], int):
            self.complaints.append(f"{request_id}: customerId is no number: {body['customerId']!r}")
        asked = [(entry["promotionId"], earn_id) for entry in body["earnRevokeDetails"] for earn_id in entry["earnIds"]]
        under_way = _UnderWay(request_id, body["customerId"], asked, time.monotonic(), caller)
        self._under_way[request_id] = under_way
        return under_way

    async def _answered(self, under_way: _UnderWay, request: web.Request) -> tuple[web.StreamResponse, Answer | None]:
        headers = {"X-Cap-Requestid": under_way.request_id}
        if refusal := self._refusal(request):
            refusal.headers.update(headers)
            return refusal, None
        if self._chance.random() < self.behaviour.unavailable_share:
            refusal = _refusing(self._chance.choice(self.behaviour.unavailable))
            refusal.headers.update(headers)
            return refusal, None
        hangs = under_way.customer_id in self.behaviour.hanging
        await asyncio.sleep(self.behaviour.hang if hangs else self.behaviour.latency / 2)
        spoiling = self.behaviour.spoiling(self._chance)
        if spoiling == "nonsense" and self._chance.random() < 0.5:
            # It may not even have done what it cannot tell of.
            return nonsense(self._chance), None
        answered = self._apply(under_way)
        await asyncio.sleep(self.behaviour.latency / 2)
        response = web.json_response(answered.body, status=answered.status, headers=headers)
        if spoiling is not None:
            return await spoilt(spoiling, response, request, self._chance), None
        return response, answered

    def _apply(self, under_way: _UnderWay) -> Answer:
        failed = {}
        for promotion_id, earn_id in under_way.asked:
            state = self._state.get(earn_id, "unknown")
            if self._owner.get(earn_id) != (under_way.customer_id, promotion_id):
                self.complaints.append(f"{under_way.request_id}: {earn_id} asked under another customer or promotion")
                state = "unknown"
            if state != "held":
                failed[earn_id] = CODES[state][1]
        variant = self._chance.choice(self.behaviour.among or (self.behaviour.variant,))
        good = frozenset(earn_id for _, earn_id in under_way.asked if earn_id not in failed)
        applied = good if variant.partial or not failed else frozenset[str]()
        for earn_id in applied:
            self._state[earn_id] = "revoked"
            self._by_us.add(earn_id)
        under_way.applied = answer(variant, under_way.asked, failed, applied)
        return under_way.applied

    def _log(self, under_way: _UnderWay, answered: Answer | None) -> None:
        del self._under_way[under_way.request_id]
        earn_ids = tuple(earn_id for _, earn_id in under_way.asked)
        unclear: dict[str, Told] = dict.fromkeys(earn_ids, "unclear")
        self.calls.append(
            VendorCall(
                request_id=under_way.request_id,
                customer_id=under_way.customer_id,
                earn_ids=earn_ids,
                started=under_way.started,
                ended=time.monotonic(),
                told=unclear if answered is None else answered.told,
                status=None if answered is None else answered.status,
                caller=under_way.caller,
            )
        )


def _caller(request: web.Request) -> str | None:
    return caller_of(request.headers.get("Authorization"), USER, PASSWORD)


def _refusing(refusal: Refusal) -> web.Response:
    status, code = refusal
    return web.json_response({"errors": [{"code": code, "message": "not now"}]} if code else {}, status=status)
