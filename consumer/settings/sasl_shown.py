"""What would show the network our credentials for the brokers, or for the issuer of tokens for them."""

from collections.abc import Iterator

from consumer.settings import network, sasl
from consumer.settings.certificates import Found
from consumer.settings.properties import place
from consumer.settings.sections import Kafka

ISSUER = "sasl.oauthbearer.token.endpoint.url"
BARE = ("PLAIN", "OAUTHBEARER")
"""The mechanisms that send a password or a token as it is."""


def problems(kafka: Kafka) -> Iterator[Found]:
    """What is wrong, each with the settings that it is about."""
    options = sasl.completed(kafka)
    protocol = str(options.get("security.protocol", "")).lower()
    mechanism, away = sasl.mechanism(options), network.brokers_away(kafka)
    if protocol == "sasl_plaintext" and mechanism in BARE and away:
        what = f"has SASL {mechanism} without TLS, which shows the credentials to the network"
        where = place(kafka, "security.protocol")
        yield (where, "kafka.bootstrap_servers"), f"{what}; set security.protocol=sasl_ssl"
    issuer = options.get(ISSUER)
    if issuer is None:
        return
    where = place(kafka, ISSUER)
    if not network.is_url(str(issuer)):
        yield (where,), f"must have a URL like https://HOST as {ISSUER}"
    elif network.is_in_the_clear(str(issuer)) and options.get(sasl.OF_MACHINE) != "azure_imds":
        # What asks its own machine for a token shows it no secret, and has no other way.
        yield (where,), f"must have an https:// address as {ISSUER}, as http:// would show the secret to the network"
