"""A broker with guarded doors beside its open one: a password, a certificate, a token."""

from pathlib import Path

from confluent_kafka.admin import (  # type: ignore[attr-defined] # public by its documents
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.testbed.certificates import Authority
from tests.testbed.kafka import KafkaBroker
from tests.testbed.kraft import plan_cluster, settings
from tests.testbed.ports import free_port

DOORS = ("SCRAM", "MTLS", "TOKEN")
SHOWN_AGAIN_AFTER = 4.0
"""Seconds after which who came in must show the password or the token again.

More than the producer leaves a connection idle: it gets over a coordinator that is gone only by closing one.
"""
SECONDS = 30
ITERATIONS = 4096
LOGIN = "org.apache.kafka.common.security"

KEY_PASSWORD = "sesame-of-the-key"  # noqa: S105 - of a key that is made for a run
"""What locks the client's key."""


class SecuredKafka:
    """`broker` is the open door, for the test's own tools."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder, "authority")
        self.client = self.authority.pair("client", password=KEY_PASSWORD)
        self._ports = {door: free_port() for door in DOORS}
        plan = plan_cluster(1)
        self.broker = KafkaBroker(plan, more=self._more(settings(plan, plan.nodes[0], folder)))

    def address(self, door: str) -> str:
        """Where a door is."""
        return f"127.0.0.1:{self._ports[door]}"

    def start(self) -> None:
        """Start it and return once it serves."""
        self.broker.start()

    def close(self) -> None:
        """End it and throw its data away."""
        self.broker.close()

    def let_in(self, user: str, password: str) -> None:
        """From now on the user has this password, and no other."""
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap, "log_level": 0})
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        change = UserScramCredentialUpsertion(user, info, password.encode())
        admin.alter_user_scram_credentials([change])[user].result(SECONDS)

    def _more(self, plain: dict[str, str]) -> dict[str, str]:
        """What stands in the broker's properties besides those of every broker."""
        doors = [f"{door}://127.0.0.1:{port}" for door, port in self._ports.items()]
        kinds = {"SCRAM": "SASL_SSL", "MTLS": "SSL", "TOKEN": "SASL_SSL"}
        again = str(int(SHOWN_AGAIN_AFTER * 1000))
        return {
            "listeners": ",".join([plain["listeners"], *doors]),
            "advertised.listeners": ",".join([plain["advertised.listeners"], *doors]),
            "listener.security.protocol.map": ",".join(
                [plain["listener.security.protocol.map"], *(f"{door}:{kind}" for door, kind in kinds.items())]
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.authority.pair("broker").in_one_file()),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.certificate),
            "listener.name.mtls.ssl.client.auth": "required",
            "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.scram.scram-sha-512.sasl.jaas.config": f"{LOGIN}.scram.ScramLoginModule required;",
            "listener.name.scram.scram-sha-512.connections.max.reauth.ms": again,
            "listener.name.token.sasl.enabled.mechanisms": "OAUTHBEARER",
            # Believes a token that nobody signed, which is what Kafka does where no validator is named.
            "listener.name.token.oauthbearer.sasl.jaas.config": (
                f'{LOGIN}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";'
            ),
            "listener.name.token.oauthbearer.connections.max.reauth.ms": again,
        }
