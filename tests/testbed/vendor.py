"""A stub of the vendor that remembers every call, so that a test can judge what reached it."""

import asyncio
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self

from aiohttp import web

NOT_VALID = 731


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One revokeEarn request as it arrived; times of the monotonic clock, in seconds."""

    number: int
    customer: int
    earns: tuple[str, ...]
    arrived: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the vendor answers from now on: after `latency` seconds, with `status`; some customers hang for good."""

    latency: float = 0.02
    status: int = HTTPStatus.OK
    hanging: frozenset[int] = field(default_factory=frozenset)


class Vendor:
    """Serves in a thread of its own. An earn can be revoked once; asked again it is not valid (731)."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.calls: list[Call] = []
        self.answered: dict[int, float] = {}
        self.listings = 0
        self.most_at_once = 0
        self.overlaps = 0
        self.base_url = ""
        self._revoked: set[str] = set()
        self._granted: dict[int, dict[str, str]] = {}
        self._under_way: list[int] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="vendor", daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def revoked(self) -> frozenset[str]:
        """The earns revoked so far."""
        return frozenset(self._revoked)

    def grant(self, customer: int, promotion: str, earns: Iterable[str]) -> None:
        """Let the customer hold these earns: the listing shows them until they are revoked."""
        self._granted.setdefault(customer, {}).update(dict.fromkeys(earns, promotion))

    def calls_with(self, earn: str) -> list[Call]:
        """The calls that carried this earn."""
        return [call for call in self.calls if earn in call.earns]

    async def _start(self) -> None:
        application = web.Application()
        application.add_routes(
            [
                web.post("/api_gateway/v1/promotions/revokeEarn", self._revoke),
                web.get("/api_gateway/v1/promotions/customer/{customer}", self._list),
            ],
        )
        self._runner = web.AppRunner(application, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _revoke(self, request: web.Request) -> web.Response:
        arrived, asked = time.monotonic(), await request.json()
        customer, details = int(asked["customerId"]), asked["earnRevokeDetails"]
        earns = tuple(earn for detail in details for earn in detail["earnIds"])
        call = Call(number=len(self.calls), customer=customer, earns=earns, arrived=arrived)
        self.calls.append(call)
        self.overlaps += customer in self._under_way
        self._under_way.append(customer)
        self.most_at_once = max(self.most_at_once, len(self._under_way))
        try:
            await self._take_time(customer)
        finally:
            self._under_way.remove(customer)
        headers = {"X-Cap-Requestid": f"request-{call.number}"}
        status = self.behaviour.status
        if status != HTTPStatus.OK:
            return web.json_response({}, status=status, headers=headers)
        answer = self._answer(customer, details)
        self.answered[call.number] = time.monotonic()
        return web.json_response(answer, headers=headers)

    async def _take_time(self, customer: int) -> None:
        await asyncio.sleep(self.behaviour.latency)
        while customer in self.behaviour.hanging:  # noqa: ASYNC110 - tests swap the behaviour from another thread
            await asyncio.sleep(self.behaviour.latency)

    def _answer(self, customer: int, details: list[dict[str, object]]) -> dict[str, object]:
        revoked, errors = [], []
        for detail in details:
            promotion, earns = detail["promotionId"], detail["earnIds"]
            assert isinstance(earns, list)
            again = [earn for earn in earns if earn in self._revoked]
            first = [earn for earn in earns if earn not in self._revoked]
            self._revoked.update(first)
            if first:
                revoked.append({"promotionId": promotion, "revokedEarnIds": first, "status": "SUCCESS"})
            if again:
                refusal = {"code": NOT_VALID, "message": "earn is not valid"}
                errors.append(refusal | {"promotionId": promotion, "earnIds": again})
        return {"data": {"customerId": customer, "revokedDetails": revoked}, "errors": errors}

    async def _list(self, request: web.Request) -> web.Response:
        self.listings += 1
        granted = self._granted.get(int(request.match_info["customer"]), {})
        held = [
            {"earnedPromotionId": earn, "promotionId": promotion, "earnedStatus": "ACTIVE"}
            for earn, promotion in granted.items()
            if earn not in self._revoked
        ]
        return web.json_response({"data": held, "errors": []})
