"""What each code means, in each place where it may stand."""

import json
from typing import Any

import pytest

from consumer.core.judge import Answered, Asked, Credentials, EarnAnswer, Transient, judge
from consumer.core.model import EarnId, PromotionId
from consumer.core.outcome import VerdictKind
from tests.core.vendor_answers import (
    ALL,
    CREDENTIALS,
    E1,
    E2,
    E3,
    PERMANENT,
    REVOKED,
    TRANSIENT,
    error,
    kinds,
    of,
    shape_a,
    shape_b,
)


class TestPermanent:
    @pytest.mark.parametrize(("code", "kind"), PERMANENT.items())
    @pytest.mark.parametrize(
        "place",
        ["status", "attributed in 200", "attributed in 400", "body in 200", "body in 404", "data", "stamped", "null"],
    )
    def test_a_permanent_code_settles_a_single_earn_wherever_it_stands(
        self, code: int, kind: VerdictKind, place: str
    ) -> None:
        answers: dict[str, tuple[int, Any]] = {
            "status": (code, {}),
            "attributed in 200": (200, shape_b(error(code, E1))),
            "attributed in 400": (400, {"errors": [error(code, E1)]}),
            "body in 200": (200, {"data": None, "errors": [error(code)]}),
            "body in 404": (404, {"data": None, "errors": [error(code)]}),
            "data": (200, shape_b(code=code)),
            "stamped": (400, {"timestamp": 1, "errorCode": str(code), "message": "no", "errorDetails": []}),
            "null": (400, {"data": {"code": None}, "errors": {"code": float(code)}}),
        }

        judged = of((E1,), *answers[place])

        assert isinstance(judged, Answered)
        assert judged.earns["e1"].kind is kind  # type: ignore[index] # an id is a str
        assert judged.earns["e1"].code == code  # type: ignore[index] # an id is a str
        assert not judged.unnamed

    @pytest.mark.parametrize("code", PERMANENT)
    def test_the_status_of_an_empty_error_is_the_code(self, code: int) -> None:
        for body in (b"", b"{}", b"<html>", b'{"errors": []}', b'{"errors": [{"code": true}]}'):
            assert kinds(judge((E1,), code, body)) == {"e1": PERMANENT[code]}

    @pytest.mark.parametrize("code", [-729, 0, 399, True, "729x", "-729", "٧٢٩", 10**30, 2**31, 729.5, [729], None])
    def test_what_is_no_code_leaves_the_word_to_the_status(self, code: Any) -> None:
        assert kinds(of((E1,), 404, {"errors": [{"code": code}]})) == {"e1": VerdictKind.NOT_FOUND}
        assert kinds(of((E1,), 404, {"errors": [error(code, E1)]})) == {"e1": VerdictKind.NOT_FOUND}

    def test_the_vendors_words_are_kept_and_cut(self) -> None:
        judged = of((E1,), 200, shape_b(error(731, E1, message="x" * 300)))

        assert isinstance(judged, Answered)
        assert judged.earns[E1.earn_id].message == "x" * 256

    def test_words_that_no_store_takes_are_mended(self) -> None:
        judged = of((E1,), 200, shape_b(error(731, E1, message="a\x00b\ud800")))

        assert isinstance(judged, Answered)
        assert judged.earns[E1.earn_id].message == "a\N{REPLACEMENT CHARACTER}b?"

    def test_an_answer_of_words_only_gives_them_to_the_status(self) -> None:
        judged = of((E1,), 404, {"timestamp": "now", "errorCode": "NOT_THERE", "message": "customer unknown"})

        assert judged == Answered(
            earns={E1.earn_id: EarnAnswer(kind=VerdictKind.NOT_FOUND, code=404, message="customer unknown")},
            unnamed=(),
            blame=None,
        )


class TestPrecedence:
    def test_an_attributed_code_goes_before_the_bodys_and_that_before_the_status(self) -> None:
        assert kinds(of((E1,), 404, shape_b(error(729, E1), error(731), code=400))) == {
            "e1": VerdictKind.ALREADY_REDEEMED
        }
        assert kinds(of((E1,), 404, shape_b(error(731), code=400))) == {"e1": VerdictKind.NOT_VALID}
        assert kinds(of((E1,), 404, shape_b(code=400))) == {"e1": VerdictKind.REJECTED}

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 517, 521, 429])
    @pytest.mark.parametrize("body", [shape_b(), shape_a(E1), {"errors": [error(400, E1)]}, {"errors": [error(404)]}])
    def test_an_outage_or_a_throttle_wins_over_its_body(self, status: int, body: Any) -> None:
        judged = of((E1,), status, body)

        assert isinstance(judged, Transient)
        assert judged.code == status

    def test_a_401_wins_over_its_body(self) -> None:
        assert of((E1,), 401, {"errors": [error(400, E1)]}) == Credentials(code=401, fate_unknown=True)

    @pytest.mark.parametrize("status", [500, 503, 429, 401])
    @pytest.mark.parametrize("code", [729, 730, 731])
    def test_a_business_code_is_believed_under_any_status(self, status: int, code: int) -> None:
        assert kinds(of((E1,), status, {"errors": [error(code, E1)]})) == {"e1": PERMANENT[code]}
        assert kinds(of((E1,), status, {"errors": [error(code)]})) == {"e1": PERMANENT[code]}
        assert kinds(of((E1, E2), status, shape_a(E2, errors=[error(code, E1)]))) == {
            "e1": PERMANENT[code],
            "e2": REVOKED,
        }

    def test_a_business_code_of_another_earn_does_not_speak_for_ours(self) -> None:
        other = Asked(promotion_id=E1.promotion_id, earn_id=EarnId("e9"))

        assert isinstance(of((E1,), 500, shape_a(E1, errors=[error(729, other)])), Transient)

    @pytest.mark.parametrize(
        ("codes", "code"),
        [((400, 731), 731), ((404, 400), 404), ((400, 404), 400), ((503, 730), 730), ((4000, 729), 729)],
    )
    def test_of_several_codes_the_business_one_counts_then_the_first(self, codes: tuple[int, ...], code: int) -> None:
        for errors in ([error(c) for c in codes], [error(c, E1) for c in codes]):
            assert kinds(of((E1,), 400, {"errors": errors})) == {"e1": PERMANENT[code]}

    def test_of_several_codes_credentials_go_before_an_outage_and_that_before_a_refusal(self) -> None:
        assert of((E1,), 400, {"errors": [error(400), error(503), error(4000)]}) == Credentials(
            code=4000, fate_unknown=False
        )
        assert of((E1,), 400, {"errors": [error(400), error(503)]}) == Transient(
            code=503, fate_unknown=True, message="no"
        )


class TestLater:
    @pytest.mark.parametrize("code", TRANSIENT)
    @pytest.mark.parametrize("place", ["attributed", "body", "data", "stamped"])
    def test_a_transient_code_is_asked_again_wherever_it_stands(self, code: int, place: str) -> None:
        answers: dict[str, tuple[int, Any]] = {
            "attributed": (200, shape_b(error(code, *ALL[:2]), error(code, E3))),
            "body": (200, {"data": None, "errors": [error(code)]}),
            "data": (400, shape_b(code=code)),
            "stamped": (400, {"errorCode": code, "message": "no"}),
        }

        judged = of(ALL, *answers[place])

        assert isinstance(judged, Transient)
        assert judged.code == code
        assert judged.fate_unknown is (code not in {429, 521, 4001})

    @pytest.mark.parametrize("status", [code for code in TRANSIENT if code < 1000])
    def test_a_transient_status_is_asked_again(self, status: int) -> None:
        assert judge(ALL, status, b"") == Transient(code=status, fate_unknown=status not in {429, 521}, message=None)

    @pytest.mark.parametrize("code", CREDENTIALS)
    @pytest.mark.parametrize("status", [200, 400, 403])
    def test_refused_credentials_are_seen_wherever_they_stand(self, code: int, status: int) -> None:
        assert of(ALL, status, {"errors": [error(code)]}) == Credentials(code=code, fate_unknown=False)
        assert of(ALL, status, {"errors": [error(code, *ALL[:2]), error(code, E3)]}) == Credentials(
            code=code, fate_unknown=False
        )
        assert of(ALL, status, {"data": {"code": code, "message": "no"}}) == Credentials(code=code, fate_unknown=False)

    @pytest.mark.parametrize("status", [401, 403, 498])
    def test_refused_credentials_may_be_a_status(self, status: int) -> None:
        assert judge(ALL, status, b"<html>") == Credentials(code=status, fate_unknown=False)

    def test_an_unknown_authorization_under_503_did_nothing(self) -> None:
        assert of(ALL, 503, {"errors": [error(4001, message="auth")]}) == Transient(
            code=503, fate_unknown=False, message="auth"
        )

    def test_what_refuses_some_says_nothing_of_the_others(self) -> None:
        assert of((E1, E2), 200, {"errors": [error(521, E1)]}) == Transient(code=521, fate_unknown=True, message="no")

    def test_what_names_an_earn_revoked_did_something(self) -> None:
        judged = of((E1,), 200, shape_a(E1, errors=[error(429, E1)]))

        assert judged == Transient(code=429, fate_unknown=True, message="no")

    def test_an_error_that_names_an_earn_without_a_code_settles_nothing(self) -> None:
        judged = of((E1,), 200, shape_b({"message": "hm", "promotionId": "p1", "earnIds": ["e1"]}))

        assert judged == Transient(code=None, fate_unknown=True, message="hm")


@pytest.mark.parametrize("status", [500, 503, 429, 401])
@pytest.mark.parametrize("body", [{"errorCode": 731}, {"data": {"code": 731}}, {"code": "731"}])
def test_a_business_code_beside_the_errors_wins_over_any_status(status: int, body: dict[str, object]) -> None:
    asked = (Asked(promotion_id=PromotionId("p"), earn_id=EarnId("e")),)

    judged = judge(asked, status, json.dumps(body).encode())

    assert isinstance(judged, Answered)
    assert judged.earns[EarnId("e")].code == 731
