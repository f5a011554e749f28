"""What all sections of the settings share."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr


def none_if_empty(value: object) -> object:
    """An empty text is as good as none."""
    return None if value == "" else value


PlainSecret = Annotated[SecretStr | None, BeforeValidator(none_if_empty)]
File = Annotated[Path | None, BeforeValidator(none_if_empty)]
Text = Annotated[str | None, BeforeValidator(none_if_empty)]


class Section(BaseModel):
    """Frozen, and no name but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, hide_input_in_errors=True)


def from_json(value: object) -> object:
    """Lists and maps in the environment are JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"must be JSON (character {error.pos + 1} is wrong)") from error
    except RecursionError as error:
        raise ValueError("must be JSON that is nested less deep") from error


def garbled(properties: Mapping[str, object]) -> str | None:
    """What is wrong with the first that no client can be handed: one that is written in C ends a text at a NUL."""
    for name, value in properties.items():
        if not (_is_text(name) and _is_text(value)):
            shown = name.encode(errors="replace").decode()
            return f"has {shown}, which holds a NUL or half of a character"
    return None


def _is_text(value: object) -> bool:
    """Whether what is a text is a whole one."""
    return not isinstance(value, str) or not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)
