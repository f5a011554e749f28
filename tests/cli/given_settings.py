"""Settings that are right, and what is said of those that are not."""

from pathlib import Path

import pytest

from consumer.settings import SettingsError, load

RIGHT = {
    "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "broker:9092",
    "CONSUMER_API__BASE_URL": "https://vendor.example",
    "CONSUMER_API__USERNAME": "till",
    "CONSUMER_API__PASSWORD": "s3cret-of-the-test",
}


def problems(environ: dict[str, str], config: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        load(config, environ)
    return raised.value.problems


def names(lines: tuple[str, ...]) -> set[str]:
    return {line.partition(":")[0] for line in lines}


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.yaml"
    file.write_text(text, encoding="utf-8")
    return file
