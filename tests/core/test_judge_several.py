"""What an answer means when several earns were asked at once."""

from typing import Any

import pytest

from consumer.core.judge import Answered, Asked
from consumer.core.model import PromotionId
from consumer.core.outcome import VerdictKind
from tests.core.vendor_answers import (
    ALL,
    E1,
    E2,
    E3,
    PERMANENT,
    REVOKED,
    error,
    halves,
    kinds,
    of,
    shape_a,
    shape_b,
    unnamed,
)


class TestSeveral:
    def test_each_earn_gets_its_own_answer(self) -> None:
        judged = of(ALL, 200, shape_a(E1, errors=[error(729, E2), error(731, E3)]))

        assert kinds(judged) == {"e1": REVOKED, "e2": VerdictKind.ALREADY_REDEEMED, "e3": VerdictKind.NOT_VALID}
        assert unnamed(judged) == []

    def test_what_is_not_named_is_asked_again_without_the_others(self) -> None:
        judged = of(ALL, 200, shape_b(error(729, E1)))

        assert kinds(judged) == {"e1": VerdictKind.ALREADY_REDEEMED}
        assert unnamed(judged) == ["e2", "e3"]
        assert not halves(judged)

    def test_what_is_put_off_is_asked_again_without_the_settled(self) -> None:
        judged = of(ALL, 200, shape_a(E1, errors=[error(503, E2), error(4000, E3)]))

        assert kinds(judged) == {"e1": REVOKED}
        assert unnamed(judged) == ["e2", "e3"]
        assert not halves(judged)

    @pytest.mark.parametrize("code", PERMANENT)
    @pytest.mark.parametrize("place", ["status", "body", "data"])
    def test_an_error_that_names_none_of_several_is_asked_in_halves(self, code: int, place: str) -> None:
        answers: dict[str, tuple[int, Any]] = {
            "status": (code, {}),
            "body": (200, {"errors": [error(code)]}),
            "data": (400, shape_b(code=code)),
        }

        judged = of(ALL, *answers[place])

        assert judged == Answered(earns={}, unnamed=ALL, blame=code)

    def test_halves_are_asked_of_what_is_left_when_some_are_settled(self) -> None:
        judged = of(ALL, 200, shape_a(E1, errors=[error(400)]))

        assert kinds(judged) == {"e1": REVOKED}
        assert unnamed(judged) == ["e2", "e3"]
        assert halves(judged)

    def test_a_single_earn_that_is_left_is_asked_by_itself(self) -> None:
        judged = of((E1, E2), 200, shape_a(E1, errors=[error(400)]))

        assert unnamed(judged) == ["e2"]
        assert not halves(judged)

    def test_an_error_beside_a_complete_answer_changes_nothing(self) -> None:
        assert of((E1, E2), 200, shape_a(E1, E2, errors=[error(400)])) == of((E1, E2), 200, shape_a(E1, E2))

    def test_the_code_of_the_whole_is_no_second_error_beside_named_ones(self) -> None:
        judged = of(ALL, 400, shape_b(error(731, E1), code=400))

        assert kinds(judged) == {"e1": VerdictKind.NOT_VALID}
        assert not halves(judged)

    def test_an_error_of_a_promotion_is_about_all_its_earns_that_are_not_revoked(self) -> None:
        of_promotion = {"code": 730, "message": "POS", "promotionId": "p1"}

        assert kinds(of(ALL, 200, shape_a(E3, errors=[of_promotion]))) == {
            "e1": VerdictKind.NOT_REVOCABLE,
            "e2": VerdictKind.NOT_REVOCABLE,
            "e3": REVOKED,
        }
        assert kinds(of(ALL, 200, shape_a(E1, E3, errors=[of_promotion]))) == {
            "e1": REVOKED,
            "e2": VerdictKind.NOT_REVOCABLE,
            "e3": REVOKED,
        }

    def test_an_error_that_names_an_earn_without_its_promotion_is_that_earns(self) -> None:
        assert kinds(of((E1, E2), 200, shape_a(E1, errors=[{"code": "729", "earnIds": "e2"}]))) == {
            "e1": REVOKED,
            "e2": VerdictKind.ALREADY_REDEEMED,
        }

    def test_of_two_opposite_words_the_error_wins(self) -> None:
        assert kinds(of((E1,), 200, shape_a(E1, errors=[error(729, E1)]))) == {"e1": VerdictKind.ALREADY_REDEEMED}
        assert kinds(of((E1,), 200, shape_a(E1, errors=[error(729)]))) == {"e1": VerdictKind.ALREADY_REDEEMED}

    def test_errors_of_what_was_not_asked_are_none_of_ours(self) -> None:
        other = Asked(promotion_id=PromotionId("p9"), earn_id=E1.earn_id)

        judged = of((E1, E2), 200, shape_a(E1, errors=[error(729, other), error(400, other)]))

        assert kinds(judged) == {"e1": REVOKED}
        assert unnamed(judged) == ["e2"]
