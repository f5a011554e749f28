"""Whether what a setting says of our credentials for the brokers goes with the properties beside it."""

from collections.abc import Callable, Iterator, Mapping
from importlib import metadata

from consumer.settings.kafka_options import Options
from consumer.settings.sections import Kafka

PACKAGE = "aws-msk-iam-sasl-signer-python"
STS_PACKAGE = "boto3"
"""What `confluent-kafka[oauthbearer-aws]` adds; the extra `msk` has it as well."""
OF_MACHINE = "sasl.oauthbearer.metadata.authentication.type"
"""By which a token is asked of where we run, and no secret is shown to an issuer."""
WITH_PASSWORD = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
TOKEN = "OAUTHBEARER"  # noqa: S105 - a mechanism's name
Problems = Iterator[tuple[tuple[str, ...], str]]


def is_msk_installed() -> bool:
    """Whether the extra `msk` is there."""
    return _is_installed(PACKAGE)


def problems(kafka: Kafka, is_extra_installed: Callable[[], bool]) -> Problems:
    """What is wrong, each with the settings that it is about."""
    if kafka.has_sasl_password():
        yield from _password(kafka)
    if kafka.oauth == "msk-iam":
        yield from _tokens(kafka)
        if not is_extra_installed():
            yield ("kafka.oauth",), "is msk-iam, which needs more packages: pip install 'returns-consumer[msk]'"

    if _is_by_sts(kafka.all_options()) and not _is_installed(STS_PACKAGE):
        needed = "needs more packages: pip install 'confluent-kafka[oauthbearer-aws]'"
        yield ("kafka.options", "kafka.options_file"), f"has {OF_MACHINE}=aws_iam, which {needed}"


def completed(kafka: Kafka) -> Options:
    """The properties as librdkafka would get them, with stand-ins for what has a place of its own or is missing."""
    if kafka.oauth == "msk-iam":
        return {**kafka.all_options(), "security.protocol": "sasl_ssl", "sasl.mechanism": TOKEN}
    if kafka.has_sasl_password():
        return {"sasl.username": "stand-in", **kafka.all_options(), "sasl.password": "stand-in"}
    if _is_by_sts(kafka.all_options()):
        # A client of that kind waits for a token of AWS before it is made.
        return {name: value for name, value in kafka.all_options().items() if not name.startswith("sasl.oauthbearer.")}
    return kafka.all_options()


def _is_by_sts(options: Options) -> bool:
    return options.get(OF_MACHINE) == "aws_iam"


def _is_installed(package: str) -> bool:
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _password(kafka: Kafka) -> Problems:
    about = ("kafka.sasl_password", "kafka.sasl_password_file", "kafka.options")
    options = kafka.all_options()
    chosen, protocol = mechanism(options), _protocol(options)
    if "sasl.password" in options:
        yield about, "is set twice: remove it, or sasl.password in kafka.options"
    if "sasl.username" not in options:
        yield about, "needs sasl.username in kafka.options"
    if chosen not in WITH_PASSWORD:
        yield about, f"needs sasl.mechanism in kafka.options to be one of {', '.join(WITH_PASSWORD)}"
    if not protocol.startswith("sasl_"):
        yield about, "needs security.protocol=sasl_ssl in kafka.options"


def _tokens(kafka: Kafka) -> Problems:
    about = ("kafka.oauth", "kafka.options")
    options = kafka.all_options()
    chosen, protocol = mechanism(options) or TOKEN, _protocol(options) or "sasl_ssl"
    if not kafka.aws_region:
        yield ("kafka.aws_region", "kafka.oauth"), "is required with kafka.oauth=msk-iam, such as eu-west-1"
    if chosen != TOKEN:
        yield about, f"is msk-iam, which makes sasl.mechanism {TOKEN}; remove {chosen} from kafka.options"
    if protocol != "sasl_ssl":
        yield about, f"is msk-iam, whose token only TLS hides; remove security.protocol={protocol} from kafka.options"


def mechanism(options: Mapping[str, object]) -> str:
    """By which name it stands there; empty where none does."""
    return str(options.get("sasl.mechanism") or options.get("sasl.mechanisms") or "")


def _protocol(options: Mapping[str, object]) -> str:
    return str(options.get("security.protocol") or "").lower()
