"""What a header of HTTP can carry."""

UNSENDABLE = "holds a line break or another character that no header can carry"
"""Of a secret that is not sendable; it is never shown."""


def is_sendable(value: str | None) -> bool:
    """Whether a header can carry a value; ids come from records, secrets from files, and both hold anything."""
    return value is None or (value.isascii() and value.isprintable())
