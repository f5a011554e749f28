"""A vendor that holds earns, revokes each once, and loses answers where it is told to."""

import asyncio
import json
from collections.abc import Iterable

from consumer.core.model import RequestId
from consumer.ports import Call, Response, Unavailable
from tests.simulation.history import History
from tests.simulation.life import Life

HALF_A_CALL = 0.01


class Vendor:
    """What is true on the vendor's side, whoever lives or dies on ours."""

    def __init__(
        self, history: History, *, holds: Iterable[str], redeemed: Iterable[str], loses: Iterable[str]
    ) -> None:
        self.history = history
        self.held = set(holds)
        self.redeemed = frozenset(redeemed)
        self.loses = set(loses)
        """Earns of whose first call the answer gets lost."""
        self.revoked: list[str] = []
        self.busy: set[int] = set()
        self.collisions: list[int] = []
        """Customers for whom two calls were under way at once."""

    def revoke(self, call: Call) -> Response:
        """Do what is asked, earn by earn."""
        done, errors = [], []
        for asked in call.earns:
            earn = str(asked.earn_id)
            if earn in self.held:
                self.held.discard(earn)
                self.revoked.append(earn)
                done.append({"promotionId": asked.promotion_id, "revokedEarnIds": [earn], "status": "SUCCESS"})
            else:
                code = 729 if earn in self.redeemed else 731
                errors.append(
                    {"code": code, "message": "no", "promotionId": asked.promotion_id, "earnIds": [asked.earn_id]}
                )
        return _response({"data": {"customerId": call.customer_id, "revokedDetails": done}, "errors": errors})

    def listing(self) -> Response:
        """Everything that is held."""
        rows = [
            {"earnedPromotionId": earn, "promotionId": "p1", "earnedStatus": "EARNED"} for earn in sorted(self.held)
        ]
        return _response({"data": rows, "errors": []})


class Connection:
    """One process's way to the vendor: implements `ports.RevokeApi`."""

    def __init__(self, vendor: Vendor, life: Life) -> None:
        self._vendor = vendor
        self._life = life

    async def revoke(self, call: Call) -> Response:
        vendor, earns = self._vendor, [str(asked.earn_id) for asked in call.earns]
        await self._life.boundary(f"revoke {earns} before")
        if call.customer_id in vendor.busy:
            vendor.collisions.append(call.customer_id)
        vendor.busy.add(call.customer_id)
        vendor.history.called(earns)
        try:
            await asyncio.sleep(HALF_A_CALL)
            response = vendor.revoke(call)
            await self._life.boundary(f"revoke {earns} applied")
            await asyncio.sleep(HALF_A_CALL)
        finally:
            vendor.busy.discard(call.customer_id)
        if vendor.loses & set(earns):
            vendor.loses -= set(earns)
            vendor.history.lost(earns)
            raise Unavailable("timeout")
        await self._life.boundary(f"revoke {earns} after")
        return response

    async def listing(self, call: Call) -> Response:
        await self._life.boundary(f"listing {call.customer_id} before")
        await asyncio.sleep(HALF_A_CALL)
        response = self._vendor.listing()
        await self._life.boundary(f"listing {call.customer_id} after")
        return response

    async def refresh(self) -> None:
        """Nobody refuses our credentials here."""


def _response(body: object) -> Response:
    return Response(status=200, body=json.dumps(body).encode(), retry_after=None, request_id=RequestId("r"))
