"""When what we show the world expires."""

from collections.abc import Callable
from pathlib import Path

from cryptography import x509

from consumer.adapters.metrics.labels import CredentialKind
from consumer.core.model import Millis

MILLISECONDS = 1000


class Certificate:
    """Our own certificate for the brokers, read again when its file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = 0.0
        self._expiry: Millis | None = None

    def expiry(self) -> Millis | None:
        """When it ends; None while there is none that can be read, which is Kafka's to complain of."""
        try:
            changed = self._path.stat().st_mtime
            if changed != self._changed:
                read = x509.load_pem_x509_certificate(self._path.read_bytes())
                self._expiry = Millis(int(read.not_valid_after_utc.timestamp() * MILLISECONDS))
                self._changed = changed
        except (OSError, ValueError):
            return None
        return self._expiry


class Expiries:
    """The ends of all credentials that have one."""

    def __init__(self, token: Callable[[], float | None], certificate: Certificate | None) -> None:
        """`token` tells the end of the vendor's token in seconds since 1970."""
        self._token = token
        self._certificate = certificate

    def __call__(self) -> dict[CredentialKind, Millis]:
        """By kind; nothing where there is nothing that ends."""
        token = self._token()
        found: dict[CredentialKind, Millis | None] = {
            "token": None if token is None else Millis(int(token * MILLISECONDS)),
            "certificate": None if self._certificate is None else self._certificate.expiry(),
        }
        return {kind: at for kind, at in found.items() if at is not None}
