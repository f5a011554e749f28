"""docs/configuration.md, made from the settings themselves."""

import sys
from collections.abc import Iterator, Mapping

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from consumer.settings.kafka_options import REFUSED, REFUSED_BY_PROTOCOL, TELLTALE, WHAT_THEY_TELL
from consumer.settings.section import Section
from consumer.settings.sections import Settings

INTRODUCTION = """\
# Configuration

Settings come from a YAML file (`--config FILE.yaml`) and from the environment, which wins. In the file they stand as
`section:` with `name:` in it; in the environment as `CONSUMER_<SECTION>__<NAME>`, with two underscores. Lists and maps
in the environment are JSON.

A secret may stand in a file of its own: `api.password_file`, or `CONSUMER_API__PASSWORD_FILE`, names it. Which of these
are read again while it runs, and which need a restart, is told in [operations](operations.md#secrets).

All times are in seconds. A name that nobody knows is an error; a variable that begins with `CONSUMER_` but has no two
underscores is only a warning. `returns-consumer check` says everything that is wrong, a line each, and ends with 2;
`returns-consumer check --connect` tries what the settings name as well.
"""
OPTIONS = """\
## What `kafka.options` may not set

`kafka.options`, and the file that `kafka.options_file` names, take any
[librdkafka property](https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md) but those the promise
stands on, and those that the chosen group protocol forbids.

| property | why |
|---|---|"""


def reference() -> Iterator[str]:
    """The text, line by line."""
    yield from INTRODUCTION.splitlines()
    settings = Settings()
    for name, field in Settings.model_fields.items():
        yield ""
        yield from _section(name, field, getattr(settings, name))
    yield ""
    yield from OPTIONS.splitlines()
    yield from (f"| `{option}` | {reason} |" for option, reason in REFUSED.items())
    yield f"| `debug` with {', '.join(f'`{context}`' for context in TELLTALE)} | {WHAT_THEY_TELL} |"
    for protocol, refused in REFUSED_BY_PROTOCOL.items():
        yield from (f"| `{option}` ({protocol}) | {reason} |" for option, reason in refused.items())


def _section(name: str, field: FieldInfo, section: Section) -> Iterator[str]:
    yield f"## `{name}`"
    yield ""
    yield (type(section).__doc__ or field.description or "").strip()
    yield ""
    yield "| name | default | |"
    yield "|---|---|---|"
    for setting, told in type(section).model_fields.items():
        yield f"| `{setting}` | {_shown(getattr(section, setting))} | {told.description} |"


def _shown(value: object) -> str:
    match value:
        case None | "":
            return "-"
        case SecretStr():
            text = value.get_secret_value()
        case bool():
            text = str(value).lower()
        case float():
            text = f"{value:.10g}"
        case frozenset():
            text = f"[{', '.join(sorted(str(each) for each in value))}]"
        case tuple():
            text = f"[{', '.join(str(each) for each in value)}]"
        case Mapping():
            text = "{}"
        case _:
            text = str(value)
    return f"`{text}`"


if __name__ == "__main__":
    sys.stdout.write("\n".join([*reference(), ""]))
