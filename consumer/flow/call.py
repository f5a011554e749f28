"""One guarded call to the vendor, from the permit to what its answer means."""

from asyncio import AbstractEventLoop
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from consumer.core.findings import SUCCESSES
from consumer.core.judge import (
    Answered,
    Credentials,
    Listing,
    Transient,
    judge,
    judge_listing,
)
from consumer.core.model import RequestId
from consumer.flow.gate import Gate, Permit
from consumer.ports import LISTING_LIMIT, Call, Operation, Response, RevokeApi, Telemetry, Unavailable

TOO_MANY_REQUESTS = 429
Meaning = TypeVar("Meaning")
REFUSED = "credentials"
"""The reason of an Unavailable whose cause is our own credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nothing was learnt; ask again. `held` where the gate, not the lane, decides when.

    `fate_unknown`: the vendor may have done what was asked. `code` is the last status, None for the network.
    """

    reason: str
    code: int | None
    fate_unknown: bool
    retry_after: float | None
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Generic[Meaning]):
    """What came of one request; `end` is the status of its answer, or the kind of silence."""

    meaning: Meaning | NoAnswer
    end: str
    request_id: RequestId | None
    codes: tuple[int, ...]
    """Those of the answer's body, ascending."""
    sent: bool
    """False when the request surely never left."""
    too_large: bool
    """A success that was left unread, as it would be again."""


class Caller:
    """Makes calls and tells the gate how they ended."""

    def __init__(self, api: RevokeApi, gate: Gate, telemetry: Telemetry, loop: AbstractEventLoop) -> None:
        self._api = api
        self._gate = gate
        self._telemetry = telemetry
        self._loop = loop
        self._begun: dict[object, float] = {}

    def oldest(self) -> float | None:
        """Since when, by the loop's clock, the oldest call under way is waited for; each has a deadline to end by."""
        return min(self._begun.values(), default=None)

    async def revoke(self, permit: Permit, call: Call) -> Reply[Answered]:
        """Ask to revoke the call's earns; the permit is used up."""
        answer = await self._ask("revoke", permit, call)
        if isinstance(answer, NoAnswer):
            return _without_answer(answer)
        judged = judge(call.earns, answer.status, answer.body)
        meaning = judged if isinstance(judged, Answered) else self._no_answer(permit, call, judged, answer)
        if isinstance(meaning, Answered):
            self._gate.succeeded(permit, call.customer_id)
        return _with_answer(meaning, answer)

    async def listing(self, permit: Permit, call: Call) -> Reply[Listing]:
        """Ask what the customer still holds; the permit is used up. An error that stays, or no body, proves nothing."""
        answer = await self._ask("listing", permit, call)
        if isinstance(answer, NoAnswer):
            return _without_answer(answer)
        judged = None if _is_too_large(answer) else judge_listing(answer.status, answer.body, LISTING_LIMIT)
        if isinstance(judged, Transient | Credentials):
            return _with_answer(self._no_answer(permit, call, judged, answer), answer)
        self._gate.succeeded(permit, call.customer_id)
        return _with_answer(judged if judged is not None else Listing(held=frozenset(), complete=False), answer)

    async def _ask(self, operation: Operation, permit: Permit, call: Call) -> Response | NoAnswer:
        asked = object()
        self._begun[asked] = self._loop.time()
        try:
            return await self._answer(operation, permit, call)
        finally:
            del self._begun[asked]

    async def _answer(self, operation: Operation, permit: Permit, call: Call) -> Response | NoAnswer:
        started = self._loop.time()
        try:
            if permit.refresh:
                await self._refresh()
                started = self._loop.time()
            response = await (self._api.revoke(call) if operation == "revoke" else self._api.listing(call))
        except Unavailable as silence:
            self._telemetry.called(operation, silence.reason, self._loop.time() - started)
            if silence.words is not None:
                self._telemetry.event("api_unreachable", operation=operation, reason=silence.words)
            return self._silent(permit, call.customer_id, silence)
        self._telemetry.called(operation, str(response.status), self._loop.time() - started)
        if response.unread is not None:
            self._telemetry.event("answer_unread", operation=operation, code=response.status, reason=response.unread)
        return response

    async def _refresh(self) -> None:
        try:
            await self._api.refresh()
        except Unavailable as silence:
            self._telemetry.refreshed(succeeded=False)
            raise Unavailable(REFUSED, retry_after=silence.retry_after, sent=False, words=silence.words) from silence
        self._telemetry.refreshed(succeeded=True)

    def _silent(self, permit: Permit, customer: Hashable, silence: Unavailable) -> NoAnswer:
        refused = silence.reason == REFUSED
        if refused:
            self._gate.refused(permit, customer)
        else:
            self._gate.failed(permit, customer)
        return NoAnswer(
            reason=silence.reason,
            code=None,
            fate_unknown=silence.sent,
            retry_after=silence.retry_after,
            held=refused,
        )

    def _no_answer(self, permit: Permit, call: Call, judged: Transient | Credentials, answer: Response) -> NoAnswer:
        customer, code = call.customer_id, judged.code
        if isinstance(judged, Credentials):
            if permit.refresh:
                self._telemetry.event("credentials_rejected", code=code)
            self._gate.refused(permit, customer)
            return NoAnswer(reason=REFUSED, code=code, fate_unknown=judged.fate_unknown, retry_after=None, held=True)
        if TOO_MANY_REQUESTS in {code, answer.status}:
            self._telemetry.throttled()
            self._gate.throttled(permit, customer, answer.retry_after)
            return NoAnswer(
                reason="throttled", code=code, fate_unknown=judged.fate_unknown, retry_after=None, held=True
            )
        self._gate.failed(permit, customer)
        return NoAnswer(
            reason="unnamed" if code is None else str(code),
            code=answer.status if code is None else code,
            fate_unknown=judged.fate_unknown,
            retry_after=answer.retry_after,
            held=False,
        )


def _without_answer(silence: NoAnswer) -> Reply[Meaning]:
    return Reply(
        meaning=silence, end=silence.reason, request_id=None, codes=(), sent=silence.fate_unknown, too_large=False
    )


def _with_answer(meaning: Meaning | NoAnswer, answer: Response) -> Reply[Meaning]:
    codes = tuple(sorted(_codes(meaning) - {answer.status}))
    return Reply(
        meaning=meaning,
        end=str(answer.status),
        request_id=answer.request_id,
        codes=codes,
        sent=True,
        too_large=_is_too_large(answer),
    )


def _is_too_large(answer: Response) -> bool:
    return answer.unread is not None and answer.status in SUCCESSES


def _codes(meaning: object) -> set[int]:
    """The codes that count, wherever in the answer they stand."""
    match meaning:
        case Answered(earns=earns, blame=blame):
            return {code for code in (blame, *(answer.code for answer in earns.values())) if code is not None}
        case NoAnswer(code=code) if code is not None:
            return {code}
        case _:
            return set()
