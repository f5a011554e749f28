"""A vendor that is nobody: every earn it is asked for counts as revoked, and no request is made."""

import json
from collections import defaultdict
from collections.abc import Callable
from http import HTTPStatus

from consumer.ports import Call, Response


class NobodysVendor:
    """The port `RevokeApi` without a far side; `asked` hears how many earns each request has."""

    def __init__(self, asked: Callable[[int], None]) -> None:
        self._asked = asked

    async def revoke(self, call: Call) -> Response:
        """The answer of a vendor that does all that it is asked."""
        self._asked(len(call.earns))
        by_promotion: dict[str, list[str]] = defaultdict(list)
        for each in call.earns:
            by_promotion[each.promotion_id].append(each.earn_id)
        revoked = [
            {"promotionId": promotion, "revokedEarnIds": earns, "status": "SUCCESS"}
            for promotion, earns in by_promotion.items()
        ]
        return _answer({"data": {"customerId": call.customer_id, "revokedDetails": revoked}, "errors": []})

    async def listing(self, call: Call) -> Response:
        """A customer who holds nothing: all that was asked for is revoked."""
        del call
        return _answer({"data": [], "errors": []})

    async def refresh(self) -> None:
        """Nothing to refresh."""

    def token_expiry(self) -> float | None:
        """It has no credentials, and so none that expire."""
        return None

    async def aclose(self) -> None:
        """Nothing to let go."""


def _answer(body: object) -> Response:
    return Response(status=HTTPStatus.OK, body=json.dumps(body).encode(), retry_after=None, request_id=None)
