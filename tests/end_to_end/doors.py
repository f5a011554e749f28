"""The settings by which an instance comes in through each door of a secured broker."""

import json
from pathlib import Path

from tests.end_to_end.instance import ROOT
from tests.testbed.certificates import Pair
from tests.testbed.secured import KEY_PASSWORD, SecuredKafka

USER = "returns"


def by_password(kafka: SecuredKafka, file: Path, **options: str) -> dict[str, str]:
    """SASL_SSL with SCRAM-SHA-512; the password stands in a file."""
    scram = {"security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": USER}
    return {
        **_through("SCRAM", kafka, scram | options),
        "CONSUMER_KAFKA__SASL_PASSWORD_FILE": str(file),
    }


def by_certificate(kafka: SecuredKafka, pair: Pair, file: Path) -> dict[str, str]:
    """Mutual TLS; the password of the key stands in a file of properties."""
    file.write_text(json.dumps({"ssl.key.password": KEY_PASSWORD}))
    files = {"ssl.certificate.location": str(pair.certificate), "ssl.key.location": str(pair.key)}
    return {
        **_through("MTLS", kafka, {"security.protocol": "ssl", **files}),
        "CONSUMER_KAFKA__OPTIONS_FILE": str(file),
    }


def by_token(kafka: SecuredKafka, signer: Path) -> dict[str, str]:
    """Tokens of a played signer, which keeps what it was asked in this folder."""
    return {
        **_through("TOKEN", kafka, {}),
        "CONSUMER_KAFKA__OAUTH": "msk-iam",
        "CONSUMER_KAFKA__AWS_REGION": "eu-west-1",
        "PYTHONPATH": f"{ROOT / 'tests/testbed/signer'}:{ROOT}",
        "TEST_SIGNER": str(signer),
    }


def _through(door: str, kafka: SecuredKafka, options: dict[str, str]) -> dict[str, str]:
    trust = {"ssl.ca.location": str(kafka.authority.certificate)}
    return {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": kafka.address(door),
        "CONSUMER_KAFKA__OPTIONS": json.dumps(trust | options),
    }
