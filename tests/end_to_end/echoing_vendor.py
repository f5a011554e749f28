"""A vendor whose errors repeat who asked, and for whom."""

import json
from typing import Any

from aiohttp import web

from tests.end_to_end.vendor import Vendor


class EchoingVendor(Vendor):
    """Each message of its errors names the customer and shows the credentials that it was shown."""

    async def _revoke(self, request: web.Request) -> web.StreamResponse:
        response = await super()._revoke(request)
        if isinstance(response, web.Response) and response.text:
            customer = (await request.json())["customerId"]
            shown = request.headers.get("Authorization", "")
            response.text = json.dumps(_echoing(json.loads(response.text), f"{customer}, who is {shown!r}, "))
        return response


def _echoing(body: dict[str, Any], who: str) -> dict[str, Any]:
    errors = [{**error, "message": who + error["message"]} for error in body.get("errors") or ()]
    return {**body, "errors": errors}
