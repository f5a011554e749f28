"""An authority of the tests' own, and the certificates it gives, as PEM files."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = "127.0.0.1"
LIFE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate and its key."""

    certificate: Path
    key: Path

    def in_one_file(self) -> Path:
        """Both, as Kafka takes them."""
        both = self.key.with_suffix(".both.pem")
        both.write_text(self.key.read_text() + self.certificate.read_text())
        return both


class Authority:
    """Signs certificates for this machine and for clients; who trusts it trusts `certificate`."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        itself = x509.BasicConstraints(ca=True, path_length=None)
        known = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        unsigned = _unsigned(self._name, self._name, self._key.public_key(), LIFE)
        signed = unsigned.add_extension(itself, critical=True).add_extension(known, critical=False)
        self.certificate = folder / f"{name}.crt"
        self.certificate.write_bytes(_pem(signed.sign(self._key, hashes.SHA256())))

    def pair(self, name: str, *, host: str = HERE, age: timedelta = LIFE, password: str = "") -> Pair:
        """A new key, and a certificate of that name for this machine's address, or for `host`.

        It is `age` old, and has ended when that is more than twice LIFE. The key is locked by a `password`.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        unsigned = _unsigned(_named(name), self._name, key.public_key(), age)
        signed = unsigned.add_extension(here, critical=False).add_extension(issuer, critical=False)
        pair = Pair(certificate=self._folder / f"{name}.crt", key=self._folder / f"{name}.key")
        pair.certificate.write_bytes(_pem(signed.sign(self._key, hashes.SHA256())))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption(),
            )
        )
        return pair


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, age: timedelta
) -> x509.CertificateBuilder:
    begin = datetime.now(UTC) - age
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key)
    dated = builder.not_valid_before(begin).not_valid_after(begin + 2 * LIFE)
    return dated.serial_number(x509.random_serial_number())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
