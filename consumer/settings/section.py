"""What all sections of the settings share."""

import json

from pydantic import BaseModel, ConfigDict


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
