"""What holds of the judge whatever comes."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.error_code import BUSINESS_CODES
from consumer.core.judge import Answered, Asked, Credentials, Judgement, Transient, judge, judge_listing
from consumer.core.model import EarnId, PromotionId
from consumer.core.outcome import FAILURE_KINDS, VerdictKind

ids = st.sampled_from(["p1", "p2", "e1", "e2", "e3", "e4", "7"])
codes = st.sampled_from(
    [200, 400, 401, 404, 429, 500, 521, 729, 730, 731, 4000, 4001, "731", "x", -1, None, True, 1e999]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | ids | codes
names = st.sampled_from(
    [
        "data",
        "errors",
        "code",
        "message",
        "promotionId",
        "earnIds",
        "revokedDetails",
        "revokedEarnIds",
        "status",
        "errorCode",
        "earnedPromotionId",
    ]
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=3), inner, max_size=5)
)
entries = st.fixed_dictionaries(
    {},
    optional={
        "promotionId": scalars,
        "revokedEarnIds": st.lists(ids, max_size=3) | anything,
        "status": st.just("SUCCESS") | scalars,
    },
)
errors = st.fixed_dictionaries(
    {},
    optional={
        "code": codes,
        "message": scalars,
        "promotionId": st.sampled_from(["p1", "p2"]) | scalars,
        "earnIds": st.lists(ids, max_size=3) | anything,
    },
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "data": st.fixed_dictionaries(
            {}, optional={"code": codes, "message": scalars, "revokedDetails": st.lists(entries, max_size=4) | anything}
        )
        | st.lists(anything, max_size=4)
        | anything,
        "errors": st.lists(errors, max_size=4) | anything,
        "errorCode": codes,
    },
)
bodies = (answers | anything).map(lambda value: json.dumps(value).encode())
statuses = (
    st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 408, 429, 498, 500, 503, 521, 729, 731]) | st.integers()
)
asked_earns = st.lists(
    st.builds(
        Asked,
        promotion_id=st.sampled_from([PromotionId("p1"), PromotionId("p2"), PromotionId("7")]),
        earn_id=st.sampled_from([EarnId("e1"), EarnId("e2"), EarnId("e3"), EarnId("7")]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda asked: asked.earn_id,
).map(tuple)


def check(asked: tuple[Asked, ...], judgement: Judgement) -> None:
    match judgement:
        case Answered(earns=earns, unnamed=unnamed, halve=halve):
            assert sorted((*earns, *(a.earn_id for a in unnamed))) == sorted(a.earn_id for a in asked)
            assert [a for a in asked if a in unnamed] == list(unnamed)
            assert earns or halve
            assert not halve or len(unnamed) > 1
            for answer in earns.values():
                assert answer.kind is VerdictKind.REVOKED or answer.kind in FAILURE_KINDS
                assert (answer.code is None) is (answer.kind is VerdictKind.REVOKED)
                assert answer.code is None or 400 <= answer.code < 2**31
                assert (answer.message or "").encode() is not None
        case Transient(code=code, message=message):
            assert code not in BUSINESS_CODES
            assert (message or "").encode() is not None
        case Credentials(code=code):
            assert code in {401, 403, 498, 4000}


@given(asked_earns, statuses, st.binary(max_size=200) | bodies)
def test_any_answer_is_judged_and_loses_no_earn(asked: tuple[Asked, ...], status: int, body: bytes) -> None:
    check(asked, judge(asked, status, body))


@given(asked_earns, statuses, answers)
def test_the_order_of_the_earns_changes_no_verdict(asked: tuple[Asked, ...], status: int, answer: Any) -> None:
    body = json.dumps(answer).encode()

    forth, back = judge(asked, status, body), judge(asked[::-1], status, body)

    assert type(forth) is type(back)
    if isinstance(forth, Answered) and isinstance(back, Answered):
        assert forth.earns == back.earns
        assert forth.halve is back.halve


@given(asked_earns, statuses, answers)
def test_nothing_is_revoked_that_the_answer_does_not_name(
    asked: tuple[Asked, ...], status: int, answer: dict[str, Any]
) -> None:
    data = answer.get("data")
    if not isinstance(data, dict) or data.get("revokedDetails") is None:
        return

    judged = judge(asked, status, json.dumps(answer).encode())

    if isinstance(judged, Answered):
        named = json.dumps(data["revokedDetails"])
        revoked = {earn for earn, told in judged.earns.items() if told.kind is VerdictKind.REVOKED}
        assert all(earn in named for earn in revoked)
        assert not revoked or "SUCCESS" in named


@given(statuses, st.binary(max_size=200) | bodies, st.integers(min_value=1, max_value=5))
def test_any_listing_is_judged(status: int, body: bytes, limit: int) -> None:
    judged = judge_listing(status, body, limit)

    if isinstance(judged, Transient | Credentials):
        check((), judged)
    elif judged is not None:
        assert 200 <= status < 300
        assert not judged.complete or len(judged.held) < limit


def test_a_huge_answer_is_judged_in_one_pass() -> None:
    asked = tuple(Asked(promotion_id=PromotionId("p1"), earn_id=EarnId(f"e{n}")) for n in range(1000))
    complaints = [{"code": 503, "message": "x", "promotionId": "p1"}] * 100_000
    body = json.dumps({"errors": complaints}).encode() + b" " * 10_000_000

    assert judge(asked, 200, body) == Transient(code=503, fate_unknown=True, message="x")
