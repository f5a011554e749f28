"""Why no safe connection came about, in words a person can act on."""

import ssl
from collections.abc import Iterator

UNKNOWN_AUTHORITY = frozenset({18, 19, 20, 21})
"""OpenSSL's codes where nobody that is trusted signed the certificate."""


def tls_refusal(error: BaseException, ca_setting: str) -> str | None:
    """What TLS says against the far side, or it against us; None where the error, and what caused it, is another."""
    for each in _causes(error):
        match each:
            case ssl.SSLCertVerificationError():
                unknown = each.verify_code in UNKNOWN_AUTHORITY
                remedy = f"; name the file of the authority that signed it in {ca_setting}" if unknown else ""
                return f"the certificate is refused: {each.verify_message.rstrip('.')}{remedy}"
            # The client's own errors are of this kind too, and have no reason but their cause.
            case ssl.SSLError() if getattr(each, "reason", None):
                return f"no TLS comes about: {each.reason.lower().replace('_', ' ')}"
            case _:
                continue
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        inner = getattr(current, "certificate_error", None)
        if isinstance(inner, ssl.SSLError):
            yield inner
        yield current
        current = current.__cause__ or current.__context__
