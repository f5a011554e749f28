"""The sections of the settings and the rules that hold for one name alone. All times are in seconds."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from consumer.core.model import EarnedFromType
from consumer.settings.kafka_options import Options
from consumer.settings.limits import Limits
from consumer.settings.notifications import Notifications
from consumer.settings.options_file import PropertiesFile
from consumer.settings.schemas import Schemas
from consumer.settings.secret import Secret
from consumer.settings.section import File, PlainSecret, Section, Text, from_json, garbled, none_if_empty

Scalar = bool | int | float | str
DAY = 86_400.0
TOPIC_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _topic_name(value: str) -> str:
    if not TOPIC_NAME.fullmatch(value) or value in {".", ".."}:
        raise ValueError("must be a topic's name: up to 249 letters, digits, '.', '_' and '-'")
    return value


def _properties(value: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
    words = garbled(value)
    if words is not None:
        raise ValueError(words)
    return MappingProxyType(value)


Topic = Annotated[str, AfterValidator(_topic_name)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
PositiveInt = Annotated[int, Field(gt=0)]


class Kafka(Section):
    """The brokers and the group."""

    bootstrap_servers: str = Field(default="", description="Required. `host:port`, several with commas.")
    group_id: str = Field(default="returns-consumer", min_length=1, description="All instances share it.")
    group_protocol: Literal["classic", "consumer"] = Field(
        default="classic", description="`consumer` is KIP-848 and needs brokers of version 4.0 or later."
    )
    options: Annotated[Mapping[str, Scalar], BeforeValidator(from_json), AfterValidator(_properties)] = Field(
        default_factory=lambda: MappingProxyType({}),
        repr=False,
        description="librdkafka properties for all clients, a map: TLS, SASL, tuning.",
    )
    options_file: PropertiesFile = Field(
        default=None,
        description="A file with further ones as a JSON object, for those that are secret; none may stand in both.",
    )
    sasl_password: PlainSecret = Field(default=None, description="With `sasl.username` in `options`: PLAIN and SCRAM.")
    sasl_password_file: File = Field(
        default=None, description="A file with that password; a changed one is used without a restart."
    )
    oauth: Literal["none", "msk-iam"] = Field(
        default="none",
        description="`msk-iam`: tokens of this process's AWS role, for Amazon MSK; needs the extra `msk`.",
    )
    aws_region: Text = Field(default=None, description="With `msk-iam`: the region of the cluster.")
    client_rack: Text = Field(
        default=None, description="Where this process runs, as the brokers call it; `client.rack` in `options` wins."
    )
    window: PositiveInt = Field(default=1000, description="Open records a partition may have before it is paused.")
    drain: Positive = Field(default=20.0, description="How long a stop or a rebalance waits for calls under way.")

    def all_options(self) -> Options:
        """All properties of librdkafka, wherever they stand."""
        rack = {} if self.client_rack is None else {"client.rack": self.client_rack}
        file = {} if self.options_file is None else self.options_file.options
        return {**rack, **self.options, **file}

    def has_sasl_password(self) -> bool:
        """Whether the password has a place of its own."""
        return self.sasl_password is not None or self.sasl_password_file is not None

    def sasl_password_reader(self) -> Secret:
        """The password of PLAIN and SCRAM."""
        return Secret(self.sasl_password, self.sasl_password_file)


class Topics(Section):
    """Where records come from and go to."""

    returns: Topic = Field(default="return-transactions", description="The returns.")
    earns: Topic = Field(default="earn-events", description="The earn feed.")
    results: Topic = Field(default="revoke-outcomes", description="One outcome for each return.")
    dead_letters: Topic = Field(default="return-transactions.dead-letters", description="What a person must look at.")


class Ledger(Section):
    """The memory of earns and returns, one for all instances of a group."""

    url: SecretStr = Field(
        default=SecretStr("sqlite:///ledger.db"),
        description="`sqlite:///FILE` on one host, else `postgresql://…`.",
    )
    url_file: File = Field(default=None, description="A file with the URL.")
    claim_lease: Positive = Field(
        default=300.0,
        description="When a dead instance's claim may be taken over. A call may begin when half of it is over, so let "
        "it be twice api.timeout or more.",
    )
    retention: Positive = Field(default=400 * DAY, description="How long returns and earns are remembered: 400 days.")

    def location(self) -> str:
        """The URL as the ledger takes it: PostgreSQL always by psycopg 3."""
        url = Secret(None if self.url_file else self.url, self.url_file)()
        scheme, mark, rest = url.partition("://")
        return f"postgresql+psycopg{mark}{rest}" if scheme in {"postgres", "postgresql"} else url


class Api(Section):
    """The promotion vendor."""

    base_url: str = Field(default="", description="Required. `https://HOST`; the paths are the vendor's own.")
    allow_plaintext: bool = Field(default=False, description="Whether `http://` may leave this machine.")
    ca: File = Field(default=None, description="A PEM file with the only authorities to trust; else everybody's.")
    auth: Literal["basic", "oauth", "none"] = Field(default="basic", description="`basic`, `oauth` or `none`.")
    username: Text = Field(default=None, description="With `basic`; no secret.")
    password: PlainSecret = Field(default=None, description="With `basic`.")
    password_file: File = Field(default=None, description="A file with the password, read again when credentials fail.")
    oauth_key: PlainSecret = Field(default=None, description="With `oauth`.")
    oauth_key_file: File = Field(default=None, description="A file with the key.")
    oauth_secret: PlainSecret = Field(default=None, description="With `oauth`.")
    oauth_secret_file: File = Field(default=None, description="A file with the secret.")
    org_id: Text = Field(default=None, description="The organisation of records that name none.")
    timeout: Positive = Field(default=10.0, description="One request's total deadline.")
    concurrency: PositiveInt = Field(default=64, description="Requests under way at once, each for another customer.")
    max_earns_per_call: int = Field(default=1000, ge=1, le=1000, description="Earns merged into one request.")
    quota_per_minute: int = Field(default=1000, ge=0, description="Requests of the whole group; 0 is no quota.")
    quota_reserve: float = Field(default=0.05, ge=0, lt=1, description="The share of the quota left to others.")
    verify_uncertain: bool = Field(
        default=True, description="Ask the customer's listing when a repeat is refused for good (729, 730 excepted)."
    )

    def password_reader(self) -> Secret:
        """The password of `basic`."""
        return Secret(self.password, self.password_file)

    def oauth_key_reader(self) -> Secret:
        """The key of `oauth`."""
        return Secret(self.oauth_key, self.oauth_key_file)

    def oauth_secret_reader(self) -> Secret:
        """The secret of `oauth`."""
        return Secret(self.oauth_secret, self.oauth_secret_file)


class Policy(Section):
    """Which earns a return takes back."""

    partial_returns: Literal["matching-lines", "any-return", "whole-bill"] = Field(
        default="matching-lines",
        description="`matching-lines`, `any-return` or `whole-bill`.",
    )
    revoke_earned_from: Annotated[frozenset[EarnedFromType], BeforeValidator(from_json)] = Field(
        default=frozenset({EarnedFromType.ACTIVITY}),
        min_length=1,
        description="A list of ACTIVITY, MILESTONE, REWARD, BULK_ISSUE.",
    )
    max_return_age: Annotated[Positive | None, BeforeValidator(none_if_empty)] = Field(
        default=None, description="Returns later than this after the purchase take nothing."
    )


class Retry(Section):
    """How a customer whose calls fail is tried again."""

    initial: Positive = Field(default=0.5, description="The first back-off.")
    max: Positive = Field(default=60.0, description="The longest back-off.")
    give_up_after: Positive = Field(default=3600.0, description="When a customer that fails alone is dead-lettered.")


class DeadLetters(Section):
    """The guard against emptying a topic into the dead letters."""

    flood_ratio: float = Field(default=0.5, gt=0, le=1, description="Hold when more of the last 200 would go there.")


class Purchases(Section):
    """What identifies a purchase."""

    bill_scope: Literal["org", "store", "till"] = Field(default="org", description="How far a bill number is unique.")


class Http(Section):
    """The port for probes and metrics."""

    host: str = Field(default="0.0.0.0", description="Where to listen.")  # noqa: S104 - probes come from outside the pod
    port: int = Field(default=8080, ge=0, le=65535, description="0 takes any free port.")


class Log(Section):
    """What is told on stdout."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        default="info", description="`debug`, `info`, `warning` or `error`."
    )
    format: Annotated[Literal["json", "console"] | None, BeforeValidator(none_if_empty)] = Field(
        default=None, description="`json` or `console`; by itself json, and console on a terminal."
    )


class Settings(Section):
    """All that can be set; `load` gives only what is right as a whole."""

    kafka: Kafka = Field(default_factory=Kafka)
    topics: Topics = Field(default_factory=Topics)
    schemas: Schemas = Field(default_factory=Schemas)
    notifications: Notifications = Field(default_factory=Notifications)
    ledger: Ledger = Field(default_factory=Ledger)
    api: Api = Field(default_factory=Api)
    policy: Policy = Field(default_factory=Policy)
    retry: Retry = Field(default_factory=Retry)
    dead_letters: DeadLetters = Field(default_factory=DeadLetters)
    limits: Limits = Field(default_factory=Limits)
    purchases: Purchases = Field(default_factory=Purchases)
    http: Http = Field(default_factory=Http)
    log: Log = Field(default_factory=Log)
