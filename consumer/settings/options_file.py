"""A client's properties from a file, for those that are secret: read once, when the settings are."""

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator

from consumer.settings.kafka_options import Options
from consumer.settings.secret import read
from consumer.settings.section import from_json, garbled

WANTED = "it must hold one JSON object of properties"


@dataclass(frozen=True, slots=True)
class OptionsFile:
    """What the file held."""

    path: Path
    options: Options = field(repr=False)


def opened(value: object) -> object:
    """The file of this name, read. Raises ValueError with what is wrong, and with nothing of what it holds."""
    if value is None or value == "" or isinstance(value, OptionsFile):
        return value or None
    if not isinstance(value, str | Path):
        raise ValueError("must be a file's name")  # noqa: TRY004 - what pydantic tells as a problem
    return OptionsFile(Path(value), MappingProxyType(_options(value, _text(value))))


def _text(file: str | Path) -> str:
    try:
        return read(Path(file))
    except OSError as error:
        raise ValueError(f"{file} cannot be read ({error.strerror}); {WANTED}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not text; {WANTED}") from error
    except ValueError as error:
        raise ValueError("is no file's name") from error


def _options(file: str | Path, text: str) -> dict[str, bool | int | float | str]:
    try:
        given = from_json(text)
    except ValueError as error:
        raise ValueError(f"{file} {error}; {WANTED}") from error
    if not isinstance(given, dict):
        raise ValueError(f"{file} holds JSON of another kind; {WANTED}")  # noqa: TRY004 - as above
    words = garbled(given)
    if words is not None:
        raise ValueError(f"{file} {words}")
    wrong = [name for name, option in given.items() if not isinstance(option, bool | int | float | str)]
    if wrong:
        raise ValueError(f"{file} has {wrong[0]}, which must be a text, a number, true or false")
    return given


PropertiesFile = Annotated[OptionsFile | None, BeforeValidator(opened)]
"""None where no file is named."""
