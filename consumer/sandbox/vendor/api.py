"""The vendor's own endpoints."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate

from aiohttp import web
from pydantic import ValidationError

from consumer.sandbox.vendor import answers
from consumer.sandbox.vendor.answers import Answer, refusal
from consumer.sandbox.vendor.behaviour import Behaviour, Fault
from consumer.sandbox.vendor.calls import Call, Operation
from consumer.sandbox.vendor.credentials import UNAUTHORIZED
from consumer.sandbox.vendor.earns import Ruling
from consumer.sandbox.vendor.faults import BEFORE_IT_IS_DONE, spoil
from consumer.sandbox.vendor.request import RevokeRequest, limit_in, read_revoke
from consumer.sandbox.vendor.world import World

BAD_REQUEST, TOO_MANY, OVERLAP = 400, 429, 521


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What a mark or the behaviour does to a whole call, whatever is asked."""

    code: int | None = None
    fault: Fault | None = None


class Api:
    """Answers the calls."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        """POST revokeEarn."""
        body = await request.read()
        call = self._begin("revoke", request)
        asked = read_revoke(body)
        if asked is not None:
            call.customer, call.earns = asked.customer, tuple(earn for _, earn in asked.earns)
        try:
            behaviour = self._world.next_behaviour(request.headers)
        except ValidationError:
            return self._say(call, refusal(BAD_REQUEST))
        refused = self._refused(request.headers, behaviour)
        if refused is not None:
            return self._say(call, refused)
        if asked is None:
            return self._say(call, refusal(BAD_REQUEST))
        with self._world.calls.of_customer(asked.customer) as alone:
            if behaviour.one_at_a_time and not alone:
                return self._say(call, refusal(OVERLAP))
            await asyncio.sleep(behaviour.latency)
            return await self._carry_out(call, asked, behaviour, request)

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """GET what a customer holds."""
        call = self._begin("listing", request)
        customer = request.match_info["customer"]
        limit = limit_in(request.query.get("limit"))
        try:
            behaviour = self._world.next_behaviour(request.headers)
        except ValidationError:
            return self._say(call, refusal(BAD_REQUEST))
        refused = self._refused(request.headers, behaviour)
        if refused is not None:
            return self._say(call, refused)
        if not customer.isdecimal() or limit is None:
            return self._say(call, refusal(BAD_REQUEST))
        call.customer = int(customer)
        await asyncio.sleep(behaviour.latency)
        if behaviour.status is not None:
            return self._say(call, self._refusal(behaviour.status, behaviour))
        answer = answers.listing(self._world.earns.of(int(customer), limit))
        return await self._answer(call, answer, behaviour.fault, request)

    async def token(self, request: web.Request) -> web.StreamResponse:
        """POST for a token; neither the quota nor the faults are for it."""
        call = self._begin("token", request)
        try:
            asked = json.loads(await request.read())
            key, secret = str(asked["key"]), str(asked["secret"])
        except (ValueError, TypeError, KeyError):
            return self._say(call, refusal(BAD_REQUEST))
        behaviour = self._world.behaviour
        token = self._world.door.give(key, secret, self._world.clock(), behaviour)
        if token is None:
            return self._say(call, refusal(UNAUTHORIZED))
        body = json.dumps({"data": {"accessToken": token, "ttlSeconds": behaviour.token_ttl}, "errors": []})
        return self._say(call, Answer(status=answers.OK, body=body.encode()))

    async def _carry_out(
        self, call: Call, asked: RevokeRequest, behaviour: Behaviour, request: web.Request
    ) -> web.StreamResponse:
        earns = self._world.earns
        marks = {earn: self._world.marks.read(earn) for _, earn in asked.earns}
        general = next((mark for mark in marks.values() if mark is not None and not mark.is_of_the_earn), None)
        fate = Fate(code=behaviour.status, fault=behaviour.fault)
        if general is not None:
            fate = Fate(code=general.code, fault=general.fault)
        if fate.code is not None:
            return self._say(call, self._refusal(fate.code, behaviour))
        rulings: list[Ruling] = []
        for promotion, earn in asked.earns:
            mark = marks[earn]
            own = mark if mark is not None and mark.is_of_the_earn else None
            rulings.append(earns.rule(asked.customer, promotion, earn, own, behaviour))
        applied = fate.fault not in BEFORE_IT_IS_DONE and (
            behaviour.mixed == "partial" or all(ruling.code is None for ruling in rulings)
        )
        if applied:
            call.revoked = tuple(ruling.earn_id for ruling in rulings if ruling.code is None)
            for earn in call.revoked:
                earns.revoke(earn)
        answer = answers.revoked(asked.customer, rulings, applied=applied, behaviour=behaviour)
        return await self._answer(call, answer, fate.fault, request)

    def _begin(self, operation: Operation, request: web.Request) -> Call:
        call = self._world.calls.begin(operation, self._world.clock())
        call.org = request.headers.get("X-CAP-API-AUTH-ORG-ID")
        call.traceparent = request.headers.get("traceparent")
        return call

    def _refused(self, headers: Mapping[str, str], behaviour: Behaviour) -> Answer | None:
        now = self._world.clock()
        code = self._world.door.refuse(headers, now, behaviour)
        if code is not None:
            return refusal(code)
        wait = self._world.quota.ask(now, behaviour.quota_per_minute)
        return None if wait is None else self._throttle(wait, behaviour)

    def _refusal(self, code: int, behaviour: Behaviour) -> Answer:
        return self._throttle(1.0, behaviour) if code == TOO_MANY else refusal(code)

    def _throttle(self, wait: float, behaviour: Behaviour) -> Answer:
        seconds = int(wait) + 1
        match behaviour.retry_after:
            case None:
                return refusal(TOO_MANY)
            case "seconds":
                return refusal(TOO_MANY, {"Retry-After": str(seconds)})
            case "date":
                date = formatdate(self._world.clock() + seconds, usegmt=True)
                return refusal(TOO_MANY, {"Retry-After": date})

    async def _answer(
        self, call: Call, answer: Answer, fault: Fault | None, request: web.Request
    ) -> web.StreamResponse:
        if fault is None:
            return self._say(call, answer)
        call.fault = fault
        return await spoil(fault, answer, request)

    def _say(self, call: Call, answer: Answer) -> web.Response:
        call.status = answer.status
        headers = {**answer.headers, "X-Cap-Requestid": f"sandbox-{call.number}"}
        return web.Response(status=answer.status, body=answer.body, headers=headers, content_type="application/json")
