"""The endpoints by which a developer or a test tells the sandbox what to do, and asks what it saw."""

from collections.abc import Iterable
from typing import Annotated

from aiohttp import web
from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from consumer.sandbox.vendor.behaviour import Behaviour, Preloaded
from consumer.sandbox.vendor.world import World

BAD_REQUEST = 400
_EARNS = TypeAdapter(
    Annotated[list[Preloaded], BeforeValidator(lambda told: [told] if isinstance(told, dict) else told)]
)
_EARN_FIELDS = tuple(field.alias or name for name, field in Preloaded.model_fields.items())
ROUTES = {
    "GET /sandbox": "what can be done here",
    "DELETE /sandbox": "forget everything",
    "GET /sandbox/behaviour": "how it behaves now",
    "PUT /sandbox/behaviour": "behave so; what is left out is as by default",
    "PATCH /sandbox/behaviour": "change what is named",
    "DELETE /sandbox/behaviour": "behave as at the start",
    "POST /sandbox/earns": "let a customer hold earns",
    "DELETE /sandbox/tokens": "every token given so far is worth nothing",
    "GET /sandbox/calls": "every call that came",
    "DELETE /sandbox/calls": "forget the calls",
    "GET /sandbox/state": "earns, quota, overlaps",
}


class Control:
    """Tells and asks."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Where it listens."""
        return [
            web.get("/sandbox", self.index),
            web.delete("/sandbox", self.reset),
            web.get("/sandbox/behaviour", self.behaviour),
            web.put("/sandbox/behaviour", self.behave),
            web.patch("/sandbox/behaviour", self.change),
            web.delete("/sandbox/behaviour", self.start_over),
            web.post("/sandbox/earns", self.preload),
            web.delete("/sandbox/tokens", self.forget_tokens),
            web.get("/sandbox/calls", self.calls),
            web.delete("/sandbox/calls", self.forget_calls),
            web.get("/sandbox/state", self.state),
        ]

    async def index(self, _: web.Request) -> web.Response:
        """What can be done, and every behaviour there is."""
        names = {name: field.description for name, field in Behaviour.model_fields.items()}
        return web.json_response({"routes": ROUTES, "behaviour": names})

    async def reset(self, request: web.Request) -> web.Response:
        """Forget everything."""
        self._world.reset()
        return await self.state(request)

    async def behaviour(self, _: web.Request) -> web.Response:
        """How it behaves now."""
        return web.json_response(self._world.behaviour.model_dump())

    async def behave(self, request: web.Request) -> web.Response:
        """Behave so from now on."""
        try:
            self._world.behave(Behaviour.model_validate_json(await request.read()))
        except ValidationError as error:
            return _refused(error, Behaviour.model_fields)
        return await self.behaviour(request)

    async def change(self, request: web.Request) -> web.Response:
        """Change what is named, leave the rest."""
        try:
            named = Behaviour.model_validate_json(await request.read()).model_dump(exclude_unset=True)
        except ValidationError as error:
            return _refused(error, Behaviour.model_fields)
        self._world.behave(self._world.behaviour.model_copy(update=named))
        return await self.behaviour(request)

    async def start_over(self, request: web.Request) -> web.Response:
        """Behave as at the start."""
        self._world.start_over()
        return await self.behaviour(request)

    async def preload(self, request: web.Request) -> web.Response:
        """Let one earn, or a list of them, be known."""
        try:
            earns = _EARNS.validate_json(await request.read())
        except ValidationError as error:
            return _refused(error, _EARN_FIELDS)
        self._world.earns.preload(earns)
        return await self.state(request)

    async def forget_tokens(self, request: web.Request) -> web.Response:
        """Every token given so far is worth nothing."""
        self._world.door.forget()
        return await self.state(request)

    async def calls(self, _: web.Request) -> web.Response:
        """Every call that came."""
        return web.json_response(self._world.calls.told())

    async def forget_calls(self, request: web.Request) -> web.Response:
        """Forget the calls."""
        self._world.calls.clear()
        return await self.calls(request)

    async def state(self, _: web.Request) -> web.Response:
        """Earns, quota, overlaps."""
        return web.json_response(self._world.state())


def _refused(error: ValidationError, known: Iterable[str]) -> web.Response:
    problems = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {_said(problem, known)}" for problem in error.errors()
    ]
    return web.json_response({"problems": problems}, status=BAD_REQUEST)


def _said(problem: ErrorDetails, known: Iterable[str]) -> str:
    if problem["type"] != "extra_forbidden":
        return problem["msg"]
    return f"unknown; known are {', '.join(known)}"
