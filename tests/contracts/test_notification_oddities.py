"""Whatever a notification holds, it is told, passed over or refused; nothing else happens."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.breach import Breach
from consumer.core.model import EarnEvent, NamingPurchase, OrgId, ReturnTransaction
from consumer.core.notification import Foreign
from consumer.core.purchase import BillScope
from consumer.core.reading import read_return
from consumer.core.reading_feed import read_feed
from consumer.ports import Undecodable
from tests.builders import MOST_LINES
from tests.contracts.read_fields import notification_decoder
from tests.notified import Envelope, flat, wrapped

RETURNS, EARNS = notification_decoder("returns"), notification_decoder("earns")
ODDITIES: st.SearchStrategy[Any] = st.sampled_from(
    [None, "null", "", 0, -1, 2**70, 1.5, True, [], {}, "7", "\0", "x" * 300, "\ud800"]
)
DATA = st.fixed_dictionaries(
    {"billType": st.sampled_from(["RETURN", "REGULAR", "return", None]), "billNumber": ODDITIES, "earnId": ODDITIES},
    optional={
        "customerIdentifiers": st.none() | st.fixed_dictionaries({"customerId": ODDITIES}),
        "promotionId": ODDITIES,
        "enteredAt": ODDITIES,
        "enteredBy": ODDITIES | st.fixed_dictionaries({"store": ODDITIES, "till": st.just({"code": 1})}),
        "appliedPromotions": st.lists(ODDITIES | st.fixed_dictionaries({"earnId": ODDITIES}), max_size=3),
        "earnedPromotions": ODDITIES | st.lists(st.fixed_dictionaries({"promotionId": ODDITIES}), max_size=3),
        "returnType": ODDITIES,
    },
)
NAMES = ["transactionAdded", "cartPromotionEarned", "cartPromotionRedeemed", "cartPromotionRevoked", "tierUpgraded"]


@given(
    st.sampled_from([flat, wrapped]),
    st.sampled_from(NAMES),
    DATA,
    st.dictionaries(st.sampled_from(["eventId", "orgId", "apiRequestId", "createdAt"]), ODDITIES),
)
def test_any_notification_is_told_in_some_way(envelope: Envelope, name: str, data: Any, changes: Any) -> None:
    value = json.dumps(envelope(name, data, **changes)).encode()
    for by in (RETURNS, EARNS):
        try:
            fields = by.decode(value)
        except Undecodable:
            continue
        if isinstance(fields, Foreign):
            continue
        if by is RETURNS:
            assert isinstance(read_return(fields, OrgId(""), MOST_LINES), ReturnTransaction | Breach)
        else:
            told = read_feed(fields, BillScope.ORG, OrgId(""), MOST_LINES)
            assert isinstance(told, NamingPurchase | Breach) or all(isinstance(each, EarnEvent) for each in told)


ANY_JSON = st.recursive(
    ODDITIES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["eventName", "eventType", "attributes", "data", "eventId"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(ANY_JSON | st.fixed_dictionaries({"eventName": st.sampled_from(NAMES), "data": ANY_JSON}))
def test_any_json_is_told_passed_over_or_refused(told: object) -> None:
    for by in (RETURNS, EARNS):
        with suppress(Undecodable):
            assert by.decode(json.dumps(told).encode()) is not None
