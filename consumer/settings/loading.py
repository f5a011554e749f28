"""Sources → Settings, or every problem at once, a line for each."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consumer.settings import rules
from consumer.settings.sections import Settings
from consumer.settings.sources import Unreadable, from_environment, from_yaml, merged, strangers


class SettingsError(Exception):
    """The settings are wrong; `problems` has a line for each reason, without any secret's value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(_one_line(problem) for problem in problems)
        super().__init__("\n".join(self.problems))


def load(config: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of the file and the environment, which wins. Raises SettingsError with all that is wrong."""
    lines: list[str] = []
    file: dict[str, object] | None = {}
    if config is not None:
        try:
            file = from_yaml(config)
        except Unreadable as error:
            file = None
            lines.append(str(error))
    settings, wrong = _validated(merged(file or {}, from_environment(environ)))
    lines += [f"{name}: {text}" for name, text in wrong.items()]
    if file is not None:
        lines += [
            f"{problem.names[0]}: {problem.text}" for problem in rules.problems(settings) if problem.stands(wrong)
        ]
    if lines:
        raise SettingsError(lines)
    return settings


def warnings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What is odd in the environment but stops nothing."""
    return tuple(
        f"{name} is ignored: a setting is CONSUMER_<SECTION>__<NAME>, with two underscores"
        for name in strangers(environ)
    )


def _one_line(problem: str) -> str:
    """The problem as one line, whatever names and paths hold."""
    return "".join(character if character.isprintable() else "?" for character in problem)


def _validated(values: Mapping[str, object]) -> tuple[Settings, dict[str, str]]:
    """The settings that the right values give, and what is wrong with the others, by `section.name`."""
    try:
        return Settings.model_validate(values), {}
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for detail in error.errors(include_url=False):
            for name in _names(detail):
                wrong.setdefault(name, _sentence(detail))
    return Settings.model_validate(_without(values, wrong)), wrong


def _without(values: Mapping[str, object], wrong: Mapping[str, str]) -> dict[str, object]:
    """The values that nothing is wrong with alone, so that the rules between them can be checked as well."""
    return {
        section: (
            {name: value for name, value in content.items() if f"{section}.{name}" not in wrong}
            if isinstance(content, Mapping)
            else content
        )
        for section, content in values.items()
        if section in Settings.model_fields and section not in wrong
    }


def _names(detail: ErrorDetails) -> Iterable[str]:
    """The settings that a detail is about: of a section nobody knows, each name in it."""
    section, *names = (str(part) for part in detail["loc"])
    if names:
        return (f"{section}.{names[0]}",)
    content = detail["input"]
    strange = section not in Settings.model_fields and isinstance(content, Mapping) and content
    return tuple(f"{section}.{name}" for name in content) if strange else (section,)


def _sentence(detail: ErrorDetails) -> str:
    location = tuple(str(part) for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return _unknown(location)
        case "model_type" | "model_attributes_type" if len(location) == 1:
            return f"must be a section with names in it, such as {next(iter(_fields(location[0])))}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case _:
            inside = f" (at {'.'.join(location[2:])})" if len(location) > 2 else ""  # noqa: PLR2004 - section, name
            text = detail["msg"].removeprefix("Input ").replace("should", "must", 1)
            return f"{text}{inside}{_given(location, detail['input'])}"


def _unknown(location: tuple[str, ...]) -> str:
    if len(location) == 1:
        known = tuple(Settings.model_fields)
        return f"is no section; there are {', '.join(known)}"
    section, name = location[0], location[-1]
    known = tuple(_fields(section))
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {section}.{close[0]}?" if close else f"{section} has {', '.join(known)}"
    return f"is no setting; {hint}"


def _given(location: tuple[str, ...], value: object) -> str:
    """What was given, where it may be shown and says something."""
    return f", not {value!r}" if location[:2] not in _SENSITIVE and isinstance(value, int | float | str) else ""


def _fields(section: str) -> Iterator[str]:
    annotation = Settings.model_fields[section].annotation if section in Settings.model_fields else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from annotation.model_fields


def _secret_names() -> Iterator[tuple[str, str]]:
    for section in Settings.model_fields:
        names = set(_fields(section))
        yield from ((section, name) for name in names if f"{name}_file" in names)


_SENSITIVE = frozenset(_secret_names())
