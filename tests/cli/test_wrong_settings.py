"""What is said when settings are wrong."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.settings import Settings, load, warnings
from tests.cli.given_settings import RIGHT, names, problems, written

WRONG_ONE_BY_ONE = [
    ({"KAFKA__BOOTSTRAP_SERVERS": ""}, "kafka.bootstrap_servers", "required"),
    ({"KAFKA__BOOTSTRAP_SERVERS": "broker"}, "kafka.bootstrap_servers", "host:port"),
    ({"KAFKA__GROUP_ID": ""}, "kafka.group_id", "at least 1 character"),
    ({"KAFKA__GROUP_PROTOCOL": "share"}, "kafka.group_protocol", "'classic' or 'consumer'"),
    ({"KAFKA__OPTIONS": "linger.ms=5"}, "kafka.options", "JSON"),
    ({"KAFKA__OPTIONS": '{"no.such": 1}'}, "kafka.options", "no.such"),
    ({"KAFKA__OPTIONS": '{"linger.ms": "soon"}'}, "kafka.options", "linger.ms"),
    ({"KAFKA__OPTIONS": '{"error_cb": "me"}'}, "kafka.options", "error_cb"),
    ({"KAFKA__OPTIONS": '{"max.poll.interval.ms": 5}'}, "kafka.options", "session.timeout.ms"),
    ({"KAFKA__OPTIONS": '{"max.poll.interval.ms": 40000}'}, "kafka.drain", "half of max.poll.interval.ms (40 s)"),
    ({"KAFKA__WINDOW": "0"}, "kafka.window", "greater than 0"),
    ({"KAFKA__DRAIN": "150"}, "kafka.drain", "half"),
    ({"KAFKA__DRAIN": "inf"}, "kafka.drain", "finite"),
    ({"TOPICS__RETURNS": "a b"}, "topics.returns", "name"),
    ({"TOPICS__RESULTS": "return-transactions"}, "topics.results", "differ from topics.returns"),
    ({"SCHEMAS__REGISTRY_URL": "registry:8081"}, "schemas.registry_url", "URL"),
    ({"SCHEMAS__OUTPUT": "confluent"}, "schemas.output", "registry_url"),
    ({"SCHEMAS__REGISTRY_AUTH": "token"}, "schemas.registry_auth", "user:password"),
    ({"SCHEMAS__REGISTRY_TOKEN": "t", "SCHEMAS__REGISTRY_AUTH": "u:p"}, "schemas.registry_token", "remove one"),
    ({"SCHEMAS__REGISTRY_AUTH": "u:p\nq"}, "schemas.registry_auth", "line break"),
    ({"SCHEMAS__REGISTRY_TOKEN": "t\nu"}, "schemas.registry_token", "line break"),
    ({"SCHEMAS__REGISTRY_TOKEN": "t\u00e9"}, "schemas.registry_token", "no header can carry"),
    ({"SCHEMAS__REGISTRY_TOKEN_FILE": "/nowhere"}, "schemas.registry_token_file", "cannot be read"),
    ({"SCHEMAS__REGISTRY_CA": "/nowhere"}, "schemas.registry_ca", "cannot be read"),
    ({"SCHEMAS__REGISTRY_CA": "/proc/self/status"}, "schemas.registry_ca", "PEM"),
    ({"SCHEMAS__REGISTRY_CA": "\0"}, "schemas.registry_ca", "no file's name"),
    ({"SCHEMAS__REGISTRY_CERTIFICATE": "\0"}, "schemas.registry_certificate", "no file's name"),
    ({"KAFKA__OPTIONS_FILE": "\0"}, "kafka.options_file", "no file's name"),
    ({"SCHEMAS__REGISTRY_CERTIFICATE": "/nowhere"}, "schemas.registry_certificate", "cannot be read"),
    ({"SCHEMAS__REGISTRY_KEY": "/nowhere"}, "schemas.registry_key", "schemas.registry_certificate"),
    ({"API__CA": "/nowhere"}, "api.ca", "cannot be read"),
    ({"API__CA": "/proc/self/status"}, "api.ca", "PEM"),
    ({"LIMITS__RECORD_BYTES": "16383"}, "limits.record_bytes", "at least 16384, or ordinary returns"),
    ({"LIMITS__RECORD_BYTES": "-1"}, "limits.record_bytes", "it is -1"),
    ({"LIMITS__LINES": "99"}, "limits.lines", "at least 100, or ordinary purchases"),
    ({"LIMITS__ANSWER_BYTES": "65535"}, "limits.answer_bytes", "at least 65536, or ordinary answers"),
    ({"LIMITS__LISTING_BYTES": "65535"}, "limits.listing_bytes", "at least 65536, or ordinary answers"),
    ({"LIMITS__JSON_DEPTH": "3"}, "limits.json_depth", "greater than or equal to 4"),
    ({"LIMITS__JSON_DEPTH": "501"}, "limits.json_depth", "500"),
    ({"LIMITS__LINES": "many"}, "limits.lines", "integer"),
    ({"LEDGER__URL": "mysql://u:p@h/d"}, "ledger.url", "postgresql://"),
    ({"LEDGER__CLAIM_LEASE": "10"}, "ledger.claim_lease", "api.timeout"),
    ({"API__BASE_URL": ""}, "api.base_url", "required"),
    ({"API__BASE_URL": "http://vendor.example"}, "api.base_url", "https://"),
    ({"API__BASE_URL": "https://u:p@vendor.example"}, "api.base_url", "credentials"),
    ({"API__BASE_URL": "https://vendor.example:port"}, "api.base_url", "URL"),
    ({"API__AUTH": "oauth", "API__OAUTH_KEY": "k"}, "api.oauth_secret", "oauth_secret_file"),
    ({"API__USERNAME": ""}, "api.username", "required"),
    ({"API__PASSWORD": ""}, "api.password", "password_file"),
    ({"API__PASSWORD_FILE": "/nowhere"}, "api.password_file", "cannot be read"),
    ({"API__TIMEOUT": "21"}, "api.timeout", "kafka.drain"),
    ({"API__MAX_EARNS_PER_CALL": "1001"}, "api.max_earns_per_call", "1000"),
    ({"API__QUOTA_RESERVE": "1"}, "api.quota_reserve", "less than 1"),
    ({"API__TIMOUT": "3"}, "api.timout", "did you mean api.timeout?"),
    ({"POLICY__REVOKE_EARNED_FROM": '["GIFT"]'}, "policy.revoke_earned_from", "'BULK_ISSUE'"),
    ({"POLICY__REVOKE_EARNED_FROM": "[]"}, "policy.revoke_earned_from", "at least 1"),
    ({"RETRY__MAX": "0.1"}, "retry.max", "retry.initial"),
    ({"DEAD_LETTERS__FLOOD_RATIO": "0"}, "dead_letters.flood_ratio", "greater than 0"),
    ({"PURCHASES__BILL_SCOPE": "shop"}, "purchases.bill_scope", "'till'"),
    ({"HTTP__PORT": "70000"}, "http.port", "65535"),
    ({"LOG__LEVEL": "loud"}, "log.level", "'warning'"),
    ({"NOBODY__KNOWS": "1"}, "nobody.knows", "no section"),
    ({"KAFKA__OPTIONS__LINGER": "1"}, "kafka.options__linger", "no setting"),
]


@pytest.mark.parametrize(("wrong", "name", "words"), WRONG_ONE_BY_ONE)
def test_a_wrong_setting_is_named_with_its_remedy(wrong: dict[str, str], name: str, words: str) -> None:
    lines = problems(RIGHT | {f"CONSUMER_{key}": value for key, value in wrong.items()})

    assert [line for line in lines if line.startswith(f"{name}: ") and words in line], lines


def test_every_wrong_setting_at_once_gets_its_own_line() -> None:
    together = {
        "CONSUMER_API__TIMEOUT": "soon",
        "CONSUMER_API__BASE_URL": "http://vendor.example",
        "CONSUMER_HTTP__PORT": "70000",
        "CONSUMER_KAFKA__DRAIN": "200",
        "CONSUMER_KAFKA__OPTIONS": '{"acks": 1, "no.such": 1, "linger.ms": "soon"}',
        "CONSUMER_LEDGER__URL": "mysql://u:p@h/d",
        "CONSUMER_NOBODY__KNOWS": "1",
        "CONSUMER_POLICY__REVOKE_EARNED_FROM": "ACTIVITY",
        "CONSUMER_TOPICS__EARNS": "return-transactions",
    }

    lines = problems(together)

    assert sorted(line.partition(":")[0] for line in lines) == [
        "api.base_url",
        "api.password",
        "api.timeout",
        "api.username",
        "http.port",
        "kafka.bootstrap_servers",
        "kafka.drain",
        *["kafka.options"] * 3,
        "ledger.url",
        "nobody.knows",
        "policy.revoke_earned_from",
        "topics.earns",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kafka: [", "line 1"),
        ("- kafka", "sections"),
        ("a: !!python/name:os.system x", "not YAML"),
        ("a: \x00", "not YAML"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    file = written(tmp_path, text)

    lines = problems(RIGHT, file)

    assert len(lines) == 1
    assert lines[0].startswith(f"{file}: ")
    assert words in lines[0]


def test_a_missing_file_is_one_line_and_the_environment_is_checked_as_well(tmp_path: Path) -> None:
    lines = problems({"CONSUMER_HTTP__PORT": "x"}, tmp_path / "nowhere.yaml")

    assert names(lines) == {str(tmp_path / "nowhere.yaml"), "http.port"}


def test_unknown_names_in_the_file_are_errors(tmp_path: Path) -> None:
    file = written(tmp_path, "kafka: 5\napi: {basurl: x}\nhttpd: {port: 1}\nlogs: x\n1: 2\n")

    assert names(problems(RIGHT, file)) >= {"api.basurl", "httpd.port", "logs", "1"}


def test_a_strange_variable_without_two_underscores_is_only_a_warning() -> None:
    environ = RIGHT | {"CONSUMER_PORT": "tcp://10.0.0.1:80"}

    assert isinstance(load(None, environ), Settings)
    assert [line.partition(" ")[0] for line in warnings(environ)] == ["CONSUMER_PORT"]


SENTINEL = "kept-to-itself"


@given(
    place=st.sampled_from(
        [
            "API__PASSWORD",
            "API__OAUTH_KEY",
            "API__OAUTH_SECRET",
            "SCHEMAS__REGISTRY_AUTH",
            "SCHEMAS__REGISTRY_TOKEN",
            "LEDGER__URL",
            "KAFKA__OPTIONS",
        ]
    ),
    others=st.dictionaries(
        st.sampled_from([key for wrong, _, _ in WRONG_ONE_BY_ONE for key in wrong if not key.startswith("KAFKA__O")]),
        st.text(max_size=8),
        max_size=6,
    ),
)
def test_no_problem_ever_shows_a_secret_or_breaks_its_line(place: str, others: dict[str, str]) -> None:
    value = (
        json.dumps({"sasl.password": SENTINEL, "ssl.key.password": [SENTINEL]})
        if place == "KAFKA__OPTIONS"
        else SENTINEL
    )
    environ = {f"CONSUMER_{key}": text for key, text in others.items()} | {f"CONSUMER_{place}": value}

    lines = problems(environ)

    assert all(SENTINEL not in line and len(line.splitlines()) == 1 for line in lines)
    assert all(": " in line for line in lines)


def test_an_option_that_is_wrong_by_itself_is_told_beside_a_wrong_protocol() -> None:
    wrong = {"CONSUMER_KAFKA__GROUP_PROTOCOL": "eager", "CONSUMER_KAFKA__OPTIONS": '{"acks": 1, "nonsense.prop": 1}'}

    lines = problems(RIGHT | wrong)

    assert [line.partition(": ")[0] for line in lines] == ["kafka.group_protocol", *["kafka.options"] * 2]
    assert "nonsense.prop" in lines[2]


def test_a_rule_between_two_settings_is_silent_while_one_of_them_is_wrong_by_itself() -> None:
    lines = problems(RIGHT | {"CONSUMER_KAFKA__DRAIN": "5", "CONSUMER_API__TIMEOUT": "soon"})

    assert names(lines) == {"api.timeout"}
    assert len(lines) == 1


def test_what_may_hold_a_secret_is_not_shown_even_where_it_has_the_wrong_shape() -> None:
    lines = problems(RIGHT | {"CONSUMER_KAFKA__OPTIONS": json.dumps(SENTINEL)})

    assert names(lines) == {"kafka.options"}
    assert SENTINEL not in lines[0]
