"""What leaves this machine without TLS: it works, and whoever listens reads it."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from consumer.settings import sasl
from consumer.settings.sections import Kafka, Ledger, Settings

IN_THE_CLEAR = ("", "plaintext", "sasl_plaintext")
"""The values of `security.protocol` without TLS; the first is librdkafka's default."""
VERIFIED = "verify-full"
UNVERIFIED: Mapping[str, tuple[str, ...]] = {
    "enable.ssl.certificate.verification": ("false", "f", "0"),
    "ssl.endpoint.identification.algorithm": ("none",),
}
"""The values with which librdkafka takes anybody's certificate."""


def exposed(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is told to whoever listens, by the setting that would change it. libpq reads the environment as well."""
    yield from _brokers(settings.kafka)
    yield from _ledger(settings.ledger, environ.get("PGSSLMODE", ""))


def is_loopback(host: str) -> bool:
    """Whether what is sent there stays on this machine."""
    try:
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False


def is_in_the_clear(url: str) -> bool:
    """Whether what is sent there leaves this machine without TLS; what is no URL may."""
    try:
        return url.partition("://")[0].lower() == "http" and not is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return True


def is_url(url: str) -> bool:
    """Whether it is the address of somebody who speaks HTTP, and nothing beside it."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_whole = url.isprintable() and " " not in url
    return is_whole and has_port and parts.scheme in {"http", "https"} and bool(parts.hostname)


def brokers_away(kafka: Kafka) -> tuple[str, ...]:
    """The brokers that are not on this machine."""
    servers = (server.strip().rpartition("://")[2] for server in kafka.bootstrap_servers.split(","))
    return tuple(server for server in servers if server and not is_loopback(server.rpartition(":")[0].strip("[]")))


def _brokers(kafka: Kafka) -> Iterator[tuple[str, str]]:
    options = {name: str(value).lower() for name, value in sasl.completed(kafka).items()}
    protocol = options.get("security.protocol", "")
    careless = [name for name, values in UNVERIFIED.items() if options.get(name) in values]
    away = brokers_away(kafka)
    if protocol in IN_THE_CLEAR and away:
        secure = "sasl_ssl" if protocol == "sasl_plaintext" else "ssl or sasl_ssl"
        what = f"without TLS whoever listens on the way to {away[0]} reads all, and can change it"
        yield "kafka.options", f"{what}; set security.protocol={secure}"
    elif careless and away:
        what = f"whoever takes the place of {away[0]} is not noticed, as its certificate is not verified"
        yield "kafka.options", f"{what}; remove {careless[0]}"


def _ledger(ledger: Ledger, mode_of_process: str) -> Iterator[tuple[str, str]]:
    scheme, _, rest = ledger.location().partition("://")
    if not scheme.startswith("postgres"):
        return
    parts = urlsplit(f"ledger://{rest}")
    query = parse_qs(parts.query)
    # libpq takes a host that begins with a slash, and no host, for a socket of this machine.
    hosts = [host for host in (parts.hostname, *query.get("host", ())) if host and not host.startswith("/")]
    away = [host for host in hosts if not is_loopback(host)]
    mode = query.get("sslmode", [mode_of_process])[-1]
    if away and mode != VERIFIED:
        what = f"whoever takes the place of {away[0]} is not noticed, as its certificate is not verified"
        yield "ledger.url", f"{what}; add sslmode={VERIFIED} and sslrootcert"
