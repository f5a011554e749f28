"""The documentation of the settings is made from the settings."""

from pathlib import Path

from consumer.settings.reference import reference

ROOT = Path(__file__).parents[2]


def test_the_configuration_in_the_documentation_is_the_one_in_the_source() -> None:
    """To bring it in step: `python -m consumer.settings.reference > docs/configuration.md`."""
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == "\n".join([*reference(), ""])
