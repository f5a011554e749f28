"""The port `RevokeApi` over HTTP."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

from consumer.adapters.revoke_api.auth import authorization
from consumer.adapters.revoke_api.config import UNWATCHED, ApiConfig, Watcher
from consumer.adapters.revoke_api.echo import without_echo
from consumer.adapters.revoke_api.exchange import Exchange, Question, trusting
from consumer.adapters.revoke_api.request import REVOKE_PATH, call_headers, listing_path, revoke_body
from consumer.ports import Call, Response, Unavailable, is_sendable

SPARE_CONNECTIONS = 1
"""For the token, beside the calls."""
UNSENDABLE = Response(
    status=400,
    body=json.dumps({"errors": [{"code": 400, "message": "the organisation's id fits into no header"}]}).encode(),
    retry_after=None,
    request_id=None,
)
"""What the vendor would say of an organisation that cannot even be named to it."""


class HttpRevokeApi:
    """The vendor behind one address. `wall_clock` is in seconds since 1970, `clock` in seconds since anything."""

    def __init__(
        self,
        config: ApiConfig,
        *,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        watcher: Watcher = UNWATCHED,
    ) -> None:
        self._timeout = config.timeout
        self._answer_bytes, self._listing_bytes = config.answer_bytes, config.listing_bytes
        self._exchange = Exchange(
            config.base_url,
            trusting(config.ca),
            connections=config.concurrency + SPARE_CONNECTIONS,
            timeout=config.timeout,
            now=wall_clock,
        )
        self._clock, self._wall_clock = clock, wall_clock
        self._authorization = authorization(config, self._exchange, clock, watcher)

    async def revoke(self, call: Call) -> Response:
        """Ask to revoke the call's earns. Raises Unavailable."""
        question = Question(
            method="POST",
            path=REVOKE_PATH,
            headers=call_headers(call),
            content=revoke_body(call),
            cap=self._answer_bytes,
            capped_by="limits.answer_bytes",
        )
        return await self._ask(call, question)

    async def listing(self, call: Call) -> Response:
        """Ask what the customer holds, up to 1000 rows. Raises Unavailable."""
        question = Question(
            method="GET",
            path=listing_path(call.customer_id),
            headers=call_headers(call),
            content=None,
            cap=self._listing_bytes,
            capped_by="limits.listing_bytes",
        )
        return await self._ask(call, question)

    async def refresh(self) -> None:
        """Read the secrets again and get a new token; calls at the same time share one refresh. Raises Unavailable."""
        await self._authorization.refresh()

    def token_expiry(self) -> float | None:
        """When the token in use ends, in seconds since 1970; None without one."""
        expiry = self._authorization.expiry()
        return None if expiry is None else self._wall_clock() + expiry - self._clock()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()

    async def _ask(self, call: Call, question: Question) -> Response:
        if not is_sendable(call.org_id):
            return UNSENDABLE
        leaving = False
        try:
            async with asyncio.timeout(self._timeout):
                shown = await self._authorization.headers()
                leaving = True
                answer = await self._exchange.ask(replace(question, headers={**question.headers, **shown}))
                return without_echo(answer, shown.values())
        except TimeoutError as error:
            raise Unavailable("timeout", sent=leaving) from error
