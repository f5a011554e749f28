"""The rules that hold between settings, each a function of the settings to the problems it sees."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from consumer.settings import (
    certificates,
    mapping,
    network,
    properties,
    registry,
    registry_oauth,
    sasl,
    sasl_shown,
    secret,
)
from consumer.settings.section import Section
from consumer.settings.sections import Settings

MAX_POLL_INTERVAL = 300.0
"""librdkafka's own `max.poll.interval.ms`, in seconds."""
LEDGERS = ("sqlite", "postgres", "postgresql", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and how to mend it; `names` are the settings it is about, the first one leads the line."""

    names: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.names[0]}: {self.text}"

    def stands(self, wrong: Collection[str]) -> bool:
        """Whether all it is about is right by itself; what is `wrong` was left out, by name or as a section."""
        return not any(name in wrong or name.partition(".")[0] in wrong for name in self.names)


def problems(settings: Settings) -> Iterator[Problem]:
    """Everything that is wrong between values that are right alone."""
    for rule in RULES:
        yield from rule(settings)


def _brokers(settings: Settings) -> Iterator[Problem]:
    servers = [server.strip() for server in settings.kafka.bootstrap_servers.split(",")]
    name = ("kafka.bootstrap_servers",)
    if not any(servers):
        yield Problem(name, "is required: the brokers as host:port, several with commas")
        return
    for server in servers:
        host, _, port = server.rpartition("://")[2].rpartition(":")
        if not (host and port.isdecimal() and 0 < int(port) <= 65535):  # noqa: PLR2004 - the largest port there is
            yield Problem(name, f"must be host:port, several with commas; {server!r} is not")


def _options(settings: Settings) -> Iterator[Problem]:
    return (Problem(names, text) for names, text in properties.problems(settings.kafka))


def _sasl(settings: Settings) -> Iterator[Problem]:
    of_sasl = sasl.problems(settings.kafka, sasl.is_msk_installed)
    return (Problem(names, text) for names, text in (*of_sasl, *sasl_shown.problems(settings.kafka)))


def _times(settings: Settings) -> Iterator[Problem]:
    kafka, api = settings.kafka, settings.api
    poll = _max_poll_interval(settings)
    if poll is not None and kafka.drain >= poll / 2:
        yield Problem(
            ("kafka.drain", "kafka.options"),
            f"must be less than half of max.poll.interval.ms ({poll:g} s), not {kafka.drain:g}: lower it, or raise "
            "max.poll.interval.ms in kafka.options",
        )
    if api.timeout > kafka.drain:
        yield Problem(
            ("api.timeout", "kafka.drain"),
            f"must not exceed kafka.drain ({kafka.drain:g} s), or a stop would break calls; it is {api.timeout:g}",
        )
    if settings.ledger.claim_lease <= api.timeout:
        yield Problem(
            ("ledger.claim_lease", "api.timeout"),
            f"must be more than api.timeout ({api.timeout:g} s), or a call under way would be taken over; "
            f"it is {settings.ledger.claim_lease:g}",
        )
    if settings.retry.max < settings.retry.initial:
        yield Problem(("retry.max", "retry.initial"), f"must be at least retry.initial ({settings.retry.initial:g} s)")


def _max_poll_interval(settings: Settings) -> float | None:
    """In seconds; None when what is set is no number, which librdkafka reports itself."""
    try:
        return float(settings.kafka.all_options().get("max.poll.interval.ms", MAX_POLL_INTERVAL * 1000)) / 1000
    except ValueError:
        return None


def _topics(settings: Settings) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in type(settings.topics).model_fields:
        topic = getattr(settings.topics, name)
        if topic in seen:
            yield Problem(
                (f"topics.{name}", f"topics.{seen[topic]}"),
                f"must differ from topics.{seen[topic]}; both are {topic!r}",
            )
        seen.setdefault(topic, name)


def _api(settings: Settings) -> Iterator[Problem]:
    api = settings.api
    if not api.base_url:
        yield Problem(("api.base_url",), "is required: the vendor's https://HOST")
    else:
        yield from _url("api.base_url", api.base_url)
        if network.is_in_the_clear(api.base_url) and not api.allow_plaintext:
            yield Problem(
                ("api.base_url", "api.allow_plaintext"),
                "must be https://, as http:// would show the credentials to the network; or set api.allow_plaintext",
            )
    required = {"basic": ("username", "password"), "oauth": ("oauth_key", "oauth_secret"), "none": ()}[api.auth]
    for name in required:
        twin = f"{name}_file"
        if getattr(api, name) is None and getattr(api, twin, None) is None:
            hint = f", or {twin} to a file that holds it" if twin in type(api).model_fields else ""
            yield Problem(
                (f"api.{name}", f"api.{twin}", "api.auth"), f"is required with api.auth={api.auth}; set it{hint}"
            )


def _registry(settings: Settings) -> Iterator[Problem]:
    schemas = settings.schemas
    if schemas.registry_url is not None:
        yield from _url("schemas.registry_url", schemas.registry_url)
    elif schemas.output == "confluent":
        yield Problem(
            ("schemas.output", "schemas.registry_url"),
            "is confluent, which needs schemas.registry_url; set it, or the output to single-object",
        )
    for names, text in (*registry.problems(schemas), *registry_oauth.problems(schemas)):
        yield Problem(names, text)


def _notifications(settings: Settings) -> Iterator[Problem]:
    return (Problem(names, text) for names, text in mapping.problems(settings.notifications))


def _certificates(settings: Settings) -> Iterator[Problem]:
    return (Problem(names, text) for names, text in certificates.problems(settings))


def _ledger(settings: Settings) -> Iterator[Problem]:
    location = settings.ledger.location()
    if location and not _is_ledger(location):
        yield Problem(
            ("ledger.url", "ledger.url_file"), "must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        )


def _is_ledger(location: str) -> bool:
    """Whether it names a file, or a database on a server; what only lives in memory would forget."""
    scheme, _, rest = location.partition("://")
    try:
        url = urlsplit(f"ledger://{rest}")
        has_port = url.port is None or url.port > 0
    except ValueError:
        return False
    return scheme in LEDGERS and has_port and url.path.strip("/") not in {"", ":memory:"}


def _files(settings: Settings) -> Iterator[Problem]:
    """A secret stands in one place, and its file can be read."""
    for section_name in type(settings).model_fields:
        section: Section = getattr(settings, section_name)
        for twin in (name for name in type(section).model_fields if name.endswith("_file")):
            file: object = getattr(section, twin)
            plain = twin.removesuffix("_file")
            if not isinstance(file, Path):
                continue
            if plain in section.model_fields_set and _holds(getattr(section, plain)):
                yield Problem(
                    (f"{section_name}.{plain}", f"{section_name}.{twin}"), f"is set twice: remove it, or {twin}"
                )
            problem = _unreadable(file)
            if problem:
                yield Problem((f"{section_name}.{twin}",), problem)


def _holds(value: SecretStr | None) -> bool:
    return value is not None


def _unreadable(file: Path) -> str | None:
    try:
        return None if secret.read(file) else f"{file} is empty; it must hold the secret"
    except UnicodeDecodeError:
        return f"{file} is not text; it must hold the secret as UTF-8"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror}); it must hold the secret"
    except ValueError:
        return "is no file's name; it must name the file that holds the secret"


def _url(name: str, url: str) -> Iterator[Problem]:
    if not network.is_url(url):
        yield Problem((name,), "must be a URL like https://HOST")
        return
    parts = urlsplit(url)
    if parts.username is not None:
        yield Problem((name,), "must not carry credentials; they have settings of their own")
    elif parts.query or parts.fragment:
        yield Problem((name,), "must end with its path; remove what follows '?' or '#'")


RULES: tuple[Callable[[Settings], Iterator[Problem]], ...] = (
    _brokers,
    _options,
    _sasl,
    _times,
    _topics,
    _registry,
    _notifications,
    _certificates,
    _ledger,
    _api,
    _files,
)
