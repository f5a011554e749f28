"""Who we are, as headers: a password, a token that is renewed in time, or nothing."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from consumer.adapters.revoke_api.config import Anonymous, ApiConfig, Basic, OAuth, Watcher
from consumer.adapters.revoke_api.exchange import Exchange, Question
from consumer.adapters.revoke_api.request import SAME, TOKEN_PATH
from consumer.core.error_code import TRANSIENT_CODES
from consumer.ports import RENEWED_AT, Response, Unavailable, is_sendable, token_life

RENEWED_AGAIN_AFTER = 5.0
"""Seconds after a renewal that failed, while the token in use is still good."""
TOKEN_CAP = 64 * 1024
REFUSED = "credentials"
"""The reason of an Unavailable when it is our own credentials that do not do."""


class Authorization(Protocol):
    """Gives the headers of a call."""

    async def headers(self) -> Mapping[str, str]:
        """The headers as they are now. Raises Unavailable where a token must be had first and is not."""
        ...

    async def refresh(self) -> None:
        """Read the secrets again, and get a new token. Raises Unavailable."""
        ...

    def expiry(self) -> float | None:
        """When what we show ends, on the monotonic clock; None where it does not, or is not had yet."""
        ...


class NoAuthorization:
    """For a vendor that asks for none."""

    async def headers(self) -> Mapping[str, str]:
        """None."""
        return {}

    async def refresh(self) -> None:
        """Nothing to refresh."""

    def expiry(self) -> None:
        """Never."""


class BasicAuthorization:
    """The user and the password of HTTP Basic."""

    def __init__(self, basic: Basic, watcher: Watcher) -> None:
        self._basic = basic
        self._watcher = watcher
        self._headers = self._read()

    async def headers(self) -> Mapping[str, str]:
        """Of the password that was read last."""
        return self._headers

    async def refresh(self) -> None:
        """Read the password again."""
        self._headers = self._read()
        self._watcher.on_refresh("ok")

    def expiry(self) -> None:
        """Never."""

    def _read(self) -> Mapping[str, str]:
        pair = f"{self._basic.username}:{self._basic.password()}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, and the moments, on the monotonic clock, at which it should be renewed and at which it ends."""

    headers: Mapping[str, str]
    renew_at: float
    ends_at: float


class OAuthAuthorization:
    """A token, had when it is first needed, renewed before it ends; those who need it at the same time share one."""

    def __init__(
        self, oauth: OAuth, exchange: Exchange, *, timeout: float, clock: Callable[[], float], watcher: Watcher
    ) -> None:
        self._oauth = oauth
        self._exchange = exchange
        self._watcher = watcher
        self._timeout = timeout
        self._clock = clock
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None

    async def headers(self) -> Mapping[str, str]:
        """Of a token that is still good."""
        token, now = self._token, self._clock()
        if token is None or now >= token.ends_at:
            token = await self._renewed()
        elif now >= token.renew_at:
            # Nobody waits for the new one while this one is good: calls that were let go would all go at once.
            self._begin_renewal()
        return token.headers

    async def refresh(self) -> None:
        """Get another token, whatever the present one is worth."""
        await self._renewed()

    def expiry(self) -> float | None:
        """The end of the token in use."""
        return None if self._token is None else self._token.ends_at

    async def _renewed(self) -> Token:
        return await asyncio.shield(self._begin_renewal())

    def _begin_renewal(self) -> asyncio.Task[Token]:
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(self._end)
        return self._renewal

    def _end(self, renewal: asyncio.Task[Token]) -> None:
        self._renewal = None
        if renewal.cancelled():
            return
        renewed = renewal.exception() is None
        self._watcher.on_refresh("ok" if renewed else "error")
        if renewed:
            self._token = renewal.result()
        elif self._token is not None:
            self._token = replace(self._token, renew_at=self._clock() + RENEWED_AGAIN_AFTER)

    async def _renew(self) -> Token:
        keys = {"key": self._oauth.key(), "secret": self._oauth.secret()}
        question = Question(
            method="POST",
            path=TOKEN_PATH,
            headers={**SAME, "Content-Type": "application/json"},
            content=json.dumps(keys).encode(),
            cap=TOKEN_CAP,
            capped_by="what a token takes",
        )
        asked_at = self._clock()
        ended = "network"
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._exchange.ask(question)
            ended = str(answer.status)
        except TimeoutError as error:
            ended = "timeout"
            raise Unavailable(ended, sent=False) from error
        except Unavailable as error:
            ended = error.reason
            raise Unavailable(ended, retry_after=error.retry_after, sent=False, words=error.words) from error
        finally:
            self._watcher.on_token(ended, self._clock() - asked_at)
        return _token_in(answer, asked_at)


def authorization(config: ApiConfig, exchange: Exchange, clock: Callable[[], float], watcher: Watcher) -> Authorization:
    """The way of showing who we are that the operator chose."""
    match config.auth:
        case Basic() as basic:
            return BasicAuthorization(basic, watcher)
        case OAuth() as oauth:
            return OAuthAuthorization(oauth, exchange, timeout=config.timeout, clock=clock, watcher=watcher)
        case Anonymous():
            return NoAuthorization()


def _token_in(answer: Response, asked_at: float) -> Token:
    """The token in an answer of the token endpoint. An answer without one is a refusal, unless it is an outage."""
    if answer.status in TRANSIENT_CODES:
        raise Unavailable("unavailable", retry_after=answer.retry_after, sent=False)
    try:
        data = json.loads(answer.body)["data"]
        token, ttl = data["accessToken"], data.get("ttlSeconds")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        token, ttl = None, None
    if not isinstance(token, str) or not token or not is_sendable(token):
        raise Unavailable(REFUSED, retry_after=answer.retry_after, sent=False)
    life = token_life(ttl)
    return Token(
        headers={"X-CAP-API-OAUTH-TOKEN": token}, renew_at=asked_at + life * RENEWED_AT, ends_at=asked_at + life
    )
