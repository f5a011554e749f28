"""What a success means for the earns that were asked, and what an answer that names nothing does."""

from typing import Any

import pytest

from consumer.core.judge import Answered, Asked, EarnAnswer, Transient, judge
from consumer.core.model import EarnId, PromotionId
from consumer.core.outcome import VerdictKind
from tests.core.vendor_answers import (
    ALL,
    E1,
    E2,
    REVOKED,
    kinds,
    of,
    shape_a,
    shape_b,
    unnamed,
)


class TestSuccess:
    def test_the_documented_example_revokes_both_earns(self) -> None:
        body = (
            b'{"data": {"customerId": 566881933, "revokedDetails": ['
            b'{"promotionId": "69117663b1cfc114606fd7fb", "revokedEarnIds": ["6911eaf1f57b486147effac0"],'
            b' "status": "SUCCESS"},'
            b'{"promotionId": "69058646b1cfc114606f7bbe", "revokedEarnIds": ["68f869d94a314550c4b46047"],'
            b' "status": "SUCCESS"}]}, "errors": []}'
        )
        asked = (
            Asked(promotion_id=PromotionId("69117663b1cfc114606fd7fb"), earn_id=EarnId("6911eaf1f57b486147effac0")),
            Asked(promotion_id=PromotionId("69058646b1cfc114606f7bbe"), earn_id=EarnId("68f869d94a314550c4b46047")),
        )

        judged = judge(asked, 200, body)

        revoked = EarnAnswer(kind=REVOKED, code=None, message=None)
        assert judged == Answered(earns=dict.fromkeys((a.earn_id for a in asked), revoked), unnamed=(), blame=None)

    @pytest.mark.parametrize("errors", [[], None, {}, ""])
    def test_an_absence_of_errors_may_be_written_in_any_way(self, errors: Any) -> None:
        assert kinds(of((E1,), 200, shape_a(E1) | {"errors": errors})) == {"e1": REVOKED}
        assert kinds(of((E1,), 200, shape_b() | {"errors": errors})) == {"e1": REVOKED}

    @pytest.mark.parametrize("code", [200, "200", 200.0, None])
    def test_the_short_shape_without_errors_revokes_all(self, code: Any) -> None:
        assert kinds(of(ALL, 200, shape_b(code=code))) == {"e1": REVOKED, "e2": REVOKED, "e3": REVOKED}
        assert kinds(of(ALL, 200, {"data": {"message": "ok"}})) == {"e1": REVOKED, "e2": REVOKED, "e3": REVOKED}

    @pytest.mark.parametrize("code", [201, True, "OK", -200, [200]])
    def test_the_short_shape_with_any_other_code_revokes_none(self, code: Any) -> None:
        assert of((E1,), 200, shape_b(code=code)) == Transient(code=None, fate_unknown=True, message=None)

    def test_the_short_shape_beside_an_error_of_the_gateway_revokes_none(self) -> None:
        assert of((E1,), 200, shape_b() | {"errorCode": "BROKEN"}) == Transient(
            code=None, fate_unknown=True, message=None
        )
        assert kinds(of((E1,), 200, shape_b() | {"code": 400})) == {"e1": VerdictKind.REJECTED}

    def test_the_short_shape_counts_only_in_a_success(self) -> None:
        assert kinds(of((E1,), 404, shape_b())) == {"e1": VerdictKind.NOT_FOUND}
        assert of((E1,), 302, shape_b()) == Transient(code=302, fate_unknown=True, message=None)

    def test_the_detailed_shape_is_believed_over_the_short_one_beside_it(self) -> None:
        body = shape_a(E1)
        body["data"] |= {"code": 200, "message": "processed"}

        judged = of((E1, E2), 200, body)

        assert kinds(judged) == {"e1": REVOKED}
        assert unnamed(judged) == ["e2"]

    def test_ids_of_digits_may_come_as_numbers(self) -> None:
        asked = (Asked(promotion_id=PromotionId("12"), earn_id=EarnId("34")),)
        body = {"data": {"revokedDetails": [{"promotionId": 12, "revokedEarnIds": [34], "status": "SUCCESS"}]}}

        assert kinds(of(asked, 200, body)) == {"34": REVOKED}

    def test_an_earn_under_a_promotion_that_was_not_asked_is_another_earn(self) -> None:
        other = Asked(promotion_id=PromotionId("p9"), earn_id=E1.earn_id)

        assert of((E1,), 200, shape_a(other)) == Transient(code=None, fate_unknown=True, message=None)

    def test_an_earn_under_no_promotion_is_known_by_its_id(self) -> None:
        body = {"data": {"revokedDetails": [{"revokedEarnIds": ["e1"], "status": "SUCCESS"}]}}

        assert kinds(of((E1,), 200, body)) == {"e1": REVOKED}


class TestNothingNamed:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b"garbage",
            b"\xff\xfe",
            b'{"data": null}',
            b'{"data": {}}',
            b'{"data": {}, "errors": []}',
            b'{"data": {"customerId": 1}}',
            b'{"data": {"customerId": 1, "revokedDetails": []}, "errors": []}',
            b'{"data": {"revokedDetails": null}}',
            b'{"data": [], "errors": null}',
            b'{"data": {"code": NaN, "message": "?"}}',
            b'{"data": {"revokedDetails": [{"promotionId": "p1", "revokedEarnIds": ["e1"], "status": "success"}]}}',
            b'{"data": {"revokedDetails": [{"promotionId": "p1", "revokedEarnIds": ["e1"]}]}}',
            b'{"data": {"revokedDetails": {"promotionId": "p1"}}, "errors": 7}',
            b"[" * 100_000,
            b'{"data": ' * 100_000,
        ],
    )
    def test_a_success_that_names_nothing_is_asked_again_later(self, body: bytes) -> None:
        assert judge(ALL, 200, body) == Transient(code=None, fate_unknown=True, message=None)

    def test_a_number_too_long_for_python_spoils_nothing_else(self) -> None:
        body = b'{"at": ' + b"9" * 5000 + b', "data": {"code": 200, "message": "ok"}}'

        assert kinds(judge((E1,), 200, body)) == {"e1": REVOKED}

    def test_a_broken_character_in_a_message_spoils_nothing_else(self) -> None:
        judged = judge((E1,), 400, b'{"errors": [{"code": 729, "message": "\xff used"}]}')

        assert kinds(judged) == {"e1": VerdictKind.ALREADY_REDEEMED}

    def test_of_doubled_keys_the_last_counts(self) -> None:
        body = b'{"data": {"code": 200, "message": "ok"}, "errors": [], "errors": [{"code": 731}]}'

        assert kinds(judge((E1,), 200, body)) == {"e1": VerdictKind.NOT_VALID}

    @pytest.mark.parametrize("status", [100, 204, 301, 302, 304, 0, -1])
    def test_a_status_that_is_no_error_leaves_the_fate_unknown(self, status: int) -> None:
        judged = judge((E1,), status, b"")

        assert judged == Transient(code=None if status == 204 else status, fate_unknown=True, message=None)
