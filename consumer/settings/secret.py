"""A secret that may stand in a file, and is read again each time it is asked for."""

from pathlib import Path

from pydantic import SecretStr


class Secret:
    """Gives the secret's text when called; a file is read afresh each time, so rotating it needs no restart.

    While a file cannot be read, or is empty for a moment, the text read last stands.
    """

    __slots__ = ("_file", "_text")

    def __init__(self, plain: SecretStr | None, file: Path | None) -> None:
        self._file = file
        self._text = plain.get_secret_value() if plain is not None else ""

    def __call__(self) -> str:
        """The text as it is now; empty when there is none."""
        if self._file is not None:
            try:
                self._text = read(self._file) or self._text
            except (OSError, ValueError):
                return self._text
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"


def read(file: Path) -> str:
    """The text of a secret's file, without the line end that editors leave."""
    return file.read_text(encoding="utf-8").strip()
