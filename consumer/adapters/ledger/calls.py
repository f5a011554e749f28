"""The calls of a decision ↔ one text."""

import json
from collections.abc import Sequence

from consumer.core.model import EarnId, Millis, RequestId
from consumer.core.vendor_call import CallKind, VendorCall


def calls_text(calls: Sequence[VendorCall]) -> str | None:
    """Calls as JSON; nothing for none."""
    if not calls:
        return None
    return json.dumps(
        [(it.at, it.kind, it.earns, it.of, it.end, it.request_id, it.codes) for it in calls], separators=(",", ":")
    )


def calls_of(text: str | None) -> tuple[VendorCall, ...]:
    """The calls that `calls_text` was given."""
    if text is None:
        return ()
    return tuple(
        VendorCall(
            at=Millis(at),
            kind=CallKind(kind),
            earns=tuple(map(EarnId, earns)),
            of=of,
            end=end,
            request_id=None if request_id is None else RequestId(request_id),
            codes=tuple(codes),
        )
        for at, kind, earns, of, end, request_id, codes in json.loads(text)
    )
