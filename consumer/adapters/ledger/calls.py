"""The calls of a decision ↔ one text."""

import json
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as quoted

from consumer.adapters.ledger.rows import texts_json
from consumer.core.model import EarnId, Millis, RequestId
from consumer.core.vendor_call import CallKind, VendorCall


def calls_text(calls: Sequence[VendorCall]) -> str | None:
    """Calls as JSON; nothing for none."""
    return f"[{','.join(map(_text, calls))}]" if calls else None


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


def _text(call: VendorCall) -> str:
    # Put together by hand, as lines and earns are: each return has one.
    request_id = "null" if call.request_id is None else quoted(call.request_id)
    codes = ",".join(map(str, call.codes))
    return f'[{call.at},"{call.kind}",{texts_json(call.earns)},{call.of},{quoted(call.end)},{request_id},[{codes}]]'
