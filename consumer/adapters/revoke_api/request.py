"""What is sent: paths, headers and bodies, as the vendor's page has them."""

import json
from collections.abc import Mapping

from consumer.core.model import CustomerId
from consumer.core.trace import TRACEPARENT, is_traceparent
from consumer.ports import LISTING_LIMIT, Call

REVOKE_PATH = "/api_gateway/v1/promotions/revokeEarn"
LISTING_PATH = "/api_gateway/v1/promotions/customer/{customer}?limit={limit}"
TOKEN_PATH = "/v3/oauth/token/generate"  # noqa: S105 - a path, not a secret

SAME = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "returns-consumer"}


def revoke_body(call: Call) -> bytes:
    """The earns grouped by promotion, in the order they were given; the customer as an integer."""
    earns: dict[str, list[str]] = {}
    for asked in call.earns:
        earns.setdefault(asked.promotion_id, []).append(asked.earn_id)
    details = [{"promotionId": promotion, "earnIds": ids} for promotion, ids in earns.items()]
    return json.dumps({"customerId": call.customer_id, "earnRevokeDetails": details}).encode()


def listing_path(customer: CustomerId) -> str:
    """Where a customer's promotions are listed."""
    return LISTING_PATH.format(customer=int(customer), limit=LISTING_LIMIT)


def call_headers(call: Call) -> Mapping[str, str]:
    """The headers of one call. Of several traces it can name one: the first."""
    headers = dict(SAME)
    if call.earns:
        headers["Content-Type"] = "application/json"
    if call.org_id:
        headers["X-CAP-API-AUTH-ORG-ID"] = call.org_id
    trace = next(filter(is_traceparent, call.traceparents), None)
    if trace is not None:
        headers[TRACEPARENT] = trace
    return headers
