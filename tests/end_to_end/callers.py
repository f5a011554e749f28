"""Who calls the vendor: instances that are to be told apart use names of their own with the one password."""

from base64 import b64decode, b64encode


def basic(user: str, password: str) -> str:
    """The Authorization header of this user."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def named(user: str, caller: str) -> str:
    """The user name that tells this caller."""
    return f"{user}.{caller}"


def caller_of(authorization: str | None, user: str, password: str) -> str | None:
    """Whom of the user's callers this header tells, empty where it has no name of its own; None for a stranger."""
    if authorization is None or not authorization.startswith("Basic "):
        return None
    told, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    if secret != password or not (told == user or told.startswith(named(user, ""))):
        return None
    return told.removeprefix(user).removeprefix(".")
