"""What an answer of the vendor means: a verdict for each earn, or ask again, or our credentials are refused."""

from collections.abc import Sequence

from consumer.core.answer import id_in, read_body
from consumer.core.error_code import PERMANENT, Weight, kind_of
from consumer.core.findings import SUCCESSES, Finding, Findings, find, heaviest
from consumer.core.judgement import Answered, Asked, Credentials, EarnAnswer, Judgement, Listing, Transient
from consumer.core.model import EarnId
from consumer.core.outcome import VerdictKind

__all__ = [
    "Answered",
    "Asked",
    "Credentials",
    "EarnAnswer",
    "Judgement",
    "Listing",
    "Transient",
    "judge",
    "judge_listing",
]

LONGEST_MESSAGE = 256
GONE = "REVOKED"
"""The `earnedStatus` of a row that proves a revoke as well as its absence does."""
REVOKED = EarnAnswer(kind=VerdictKind.REVOKED, code=None, message=None)


def judge(asked: Sequence[Asked], status: int, body: bytes) -> Judgement:
    """Judge any answer to a request to revoke; total.

    An attributed code goes before another code of the body, and that before HTTP's status. Of two opposite words about
    one earn the error wins.
    """
    findings = find(asked, status, read_body(body))
    errors = dict(findings.own)
    blamed = findings.general if findings.general is not None and findings.general.weight in PERMANENT else None
    if blamed is not None and len(asked) == 1:
        errors.setdefault(asked[0].earn_id, blamed)
    known: dict[EarnId, EarnAnswer] = {}
    for earn in asked:
        error = errors.get(earn.earn_id)
        if error is not None and error.code is not None and error.weight in PERMANENT:
            known[earn.earn_id] = EarnAnswer(kind=kind_of(error.code), code=error.code, message=_cut(error.message))
        elif error is None and earn.earn_id in findings.revoked:
            known[earn.earn_id] = REVOKED
    unnamed = tuple(earn for earn in asked if earn.earn_id not in known)
    blame = blamed.code if blamed is not None and len(unnamed) > 1 else None
    if known or blame is not None:
        return Answered(earns=known, unnamed=unnamed, blame=blame)
    return _later(status, findings)


def judge_listing(status: int, body: bytes, limit: int) -> Listing | Transient | Credentials | None:
    """Judge any answer to a request for a listing of at most `limit` rows; total. None: an error, nothing is proved."""
    read = read_body(body)
    findings = find((), status, read)
    error = findings.general
    if error is not None and error.weight in PERMANENT:
        return None
    if read.rows is None or status not in SUCCESSES or (error is not None and error.code is not None):
        return _later(status, findings)
    rows = tuple(row if isinstance(row, dict) else {} for row in read.rows)
    ids = tuple(id_in(row.get("earnedPromotionId")) for row in rows if row.get("earnedStatus") != GONE)
    complete = len(rows) < limit and None not in ids and not read.has_errors
    return Listing(held=frozenset(EarnId(earn) for earn in ids if earn is not None), complete=complete)


def _later(status: int, findings: Findings) -> Transient | Credentials:
    error = heaviest((*findings.own.values(), findings.general)) or Finding(code=None, message=None)
    if error.code is not None and error.weight is Weight.CREDENTIALS:
        return Credentials(code=error.code, fate_unknown=not findings.untouched)
    code = error.code if error.weight is Weight.TRANSIENT else None if status in SUCCESSES else status
    return Transient(code=code, fate_unknown=not findings.untouched, message=_cut(error.message))


def _cut(message: str | None) -> str | None:
    """Words that every store and every encoding takes."""
    if message is None:
        return None
    text = message[:LONGEST_MESSAGE].encode("utf-8", "replace").decode()
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
