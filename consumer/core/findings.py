"""Which errors of an answer concern what was asked, and whom they name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from consumer.core.answer import Body, code_in
from consumer.core.error_code import IDLE_CODES, OVERRULING, Weight, weight_of
from consumer.core.judgement import Asked
from consumer.core.model import EarnId

SUCCESSES = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One error. `code` is None where an answer that is no HTTP error tells of one without a code."""

    code: int | None
    message: str | None

    @property
    def weight(self) -> Weight:
        """How it counts beside others."""
        return weight_of(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an answer says of what was asked.

    `own` are the errors that name an asked earn or its promotion, `general` the one that names none, be it only HTTP's
    status. `revoked` are the earns it calls revoked. `untouched`: whatever it is, the vendor surely did nothing.
    """

    own: Mapping[EarnId, Finding]
    general: Finding | None
    revoked: frozenset[EarnId]
    untouched: bool


def find(asked: Sequence[Asked], status: int, read: Body) -> Findings:
    """Sort what was read. Errors that name only what we did not ask are none of ours."""
    told = _by_name(read)
    revoked = _revoked(asked, status, read)
    named = asked if told else ()
    own = {earn.earn_id: error for earn in named if (error := _naming(earn, told, revoked)) is not None}
    general = told.get((None, None))
    whole = _whole(general, status, read)
    codes = {error.code for error in own.values()}
    refused = status in IDLE_CODES or (whole is not None and whole.code in IDLE_CODES)
    untouched = not revoked and codes <= IDLE_CODES and (refused or len(own) == len(asked) > 0)
    said = (*own.values(), general, whole)
    if status in OVERRULING and not any(error.weight is Weight.BUSINESS for error in said if error):
        answer = Finding(code=status, message=read.message if general is None else general.message)
        return Findings(own={}, general=answer, revoked=frozenset(), untouched=untouched)
    if whole is not None:
        own = {earn: replace(error, code=error.code or whole.code) for earn, error in own.items()}
    is_named = bool(own) and (general is None or general.code is None)
    return Findings(own=own, general=None if is_named else whole, revoked=revoked, untouched=untouched)


def heaviest(errors: Iterable[Finding | None]) -> Finding | None:
    """The error that counts; of equal ones the first."""
    return min((error for error in errors if error is not None), key=lambda error: error.weight, default=None)


def _by_name(read: Body) -> Mapping[tuple[str | None, str | None], Finding]:
    """The error that counts for each (promotion, earn) as named, None where it is not."""
    told: dict[tuple[str | None, str | None], Finding] = {}
    for complaint in read.complaints:
        error = Finding(code=complaint.code, message=complaint.message)
        for earn in complaint.earn_ids or (None,):
            name = (complaint.promotion_id, earn)
            if name not in told or error.weight < told[name].weight:
                told[name] = error
    return told


def _naming(
    earn: Asked, told: Mapping[tuple[str | None, str | None], Finding], revoked: frozenset[EarnId]
) -> Finding | None:
    """The error that names an earn, or its promotion as a whole: that is about those which are not revoked."""
    of_promotion = None if earn.earn_id in revoked else told.get((earn.promotion_id, None))
    return heaviest((told.get((earn.promotion_id, earn.earn_id)), told.get((None, earn.earn_id)), of_promotion))


def _whole(general: Finding | None, status: int, read: Body) -> Finding | None:
    """The error of the answer as a whole: an entry of `errors`, else another code of the body, else HTTP's status."""
    if general is not None and general.code is not None:
        return general
    message = read.message if general is None else general.message
    code = read.summary or code_in(status)
    return general if code is None else Finding(code=code, message=message)


def _revoked(asked: Sequence[Asked], status: int, read: Body) -> frozenset[EarnId]:
    if read.says_done and status in SUCCESSES:
        return frozenset(earn.earn_id for earn in asked)
    return frozenset(
        earn.earn_id
        for earn in asked
        if (earn.promotion_id, earn.earn_id) in read.revoked or (None, earn.earn_id) in read.revoked
    )
