"""One HTTP GET, for asking a part how it is."""

from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back."""

    status: int
    text: str


def get(url: str, *, within: float = SECONDS) -> Page:
    """The page at this address, whatever its status; OSError if nobody answers."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=within)) as connection:
        try:
            connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
            answer = connection.getresponse()
            return Page(status=answer.status, text=answer.read().decode(errors="replace"))
        except HTTPException as error:
            raise ConnectionError(f"no HTTP from {url}") from error
