"""Where settings come from: the environment and one YAML file, both as section → name → value."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

PREFIX = "CONSUMER_"
Values = dict[str, dict[str, object]]
COMPLETED = frozenset({"options"})
"""Settings that stand beside what their file has; every other file is instead of its setting."""


class Unreadable(Exception):  # noqa: N818 - a file's state, told as a problem line
    """The file gives no settings; the text says why and what to do."""


def from_environment(environ: Mapping[str, str]) -> Values:
    """What `CONSUMER_<SECTION>__<NAME>` says; a value is text, and JSON where a list or a map is due."""
    values: Values = {}
    for variable, value in environ.items():
        section, mark, name = variable.removeprefix(PREFIX).partition("__")
        if variable.startswith(PREFIX) and mark:
            values.setdefault(section.lower(), {})[name.lower()] = value
    return values


def strangers(environ: Mapping[str, str]) -> Iterator[str]:
    """Variables that look like ours but name no section: Kubernetes makes such for a service named consumer."""
    return (name for name in environ if name.startswith(PREFIX) and "__" not in name)


def from_yaml(file: Path) -> dict[str, object]:
    """What the file says; an empty file says nothing. Raises Unreadable."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Unreadable(f"{file}: is not YAML{where}; correct it there") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Unreadable(f"{file}: is not YAML text in UTF-8; save it as such") from error
    except RecursionError as error:
        raise Unreadable(f"{file}: is nested too deep; correct it there") from error
    except OSError as error:
        raise Unreadable(f"{file}: cannot be read ({error.strerror}); name a file that is there") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise Unreadable(f"{file}: must hold sections with names, such as 'kafka:' with 'bootstrap_servers:' in it")
    return {str(name): value for name, value in content.items() if value is not None}


def merged(file: Mapping[str, object], environment: Values) -> dict[str, object]:
    """The file's values with the environment's over them; a secret there replaces its twin here."""
    result = dict(file)
    for section, values in environment.items():
        below = file.get(section) or {}
        if isinstance(below, dict):
            kept = {str(name): value for name, value in below.items() if _twin(str(name)) not in values}
            result[section] = kept | values
    return result


def _twin(name: str) -> str:
    """What a name replaces beside itself."""
    plain = name.removesuffix("_file")
    if plain in COMPLETED:
        return name
    return plain if plain != name else f"{name}_file"
