"""When credentials expire, as the alert on them reads it."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumer.wiring.credentials import Certificate, Expiries

MILLISECONDS = 1000


def write_certificate(path: Path, until: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "us")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(until)
    path.write_bytes(dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def test_a_certificate_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "tls.crt"
    first, second = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    write_certificate(path, first)
    expiries = Expiries(lambda: None, Certificate(path))
    assert expiries() == {"certificate": first.timestamp() * MILLISECONDS}

    write_certificate(path, second)
    os.utime(path, (1, 1))

    assert expiries() == {"certificate": second.timestamp() * MILLISECONDS}


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_certificate_that_cannot_be_read_tells_no_end(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "tls.crt"
    if content is not None:
        path.write_bytes(content)

    assert Expiries(lambda: None, Certificate(path))() == {}


def test_a_token_tells_its_end_and_a_password_none() -> None:
    assert Expiries(lambda: 7.5, None)() == {"token": 7500}
    assert Expiries(lambda: None, None)() == {}
