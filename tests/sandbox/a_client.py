"""A client of the simulated vendor, and the clock that vendor goes by."""

import json
from typing import Any

import aiohttp

REVOKE = "/api_gateway/v1/promotions/revokeEarn"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Speaks to the sandbox; each answer is (status, body)."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: Clock) -> None:
        self._session = session
        self._url = url
        self.clock = clock
        self.headers: dict[str, str] = {}

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body)
        async with self._session.request(method, self._url + path, data=data, headers=self.headers) as answer:
            self.headers = {}
            self.answered = answer.headers
            return answer.status, json.loads(await answer.read())

    async def revoke(self, *earns: str, customer: Any = 7) -> tuple[int, Any]:
        details = [{"promotionId": "p1", "earnIds": list(earns)}]
        return await self.ask("POST", REVOKE, {"customerId": customer, "earnRevokeDetails": details})

    async def behave(self, **behaviour: Any) -> None:
        status, told = await self.ask("PUT", "/sandbox/behaviour", behaviour)
        assert status == 200, told

    async def state(self) -> Any:
        return (await self.ask("GET", "/sandbox/state"))[1]


def done(*earns: str) -> Any:
    """The `data` of an answer that names these revoked."""
    details = [{"promotionId": "p1", "revokedEarnIds": list(earns), "status": "SUCCESS"}]
    return {"customerId": 7, "revokedDetails": details}
