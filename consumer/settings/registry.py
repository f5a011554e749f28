"""Whether the registry can be told who we are."""

from collections.abc import Iterator

from consumer.ports import UNSENDABLE, is_sendable
from consumer.settings.certificates import Found
from consumer.settings.network import is_in_the_clear
from consumer.settings.registry_oauth import FILE as OAUTH
from consumer.settings.schemas import Schemas

URL = "schemas.registry_url"
AUTH = ("schemas.registry_auth", "schemas.registry_auth_file")
TOKEN = ("schemas.registry_token", "schemas.registry_token_file")


def problems(schemas: Schemas) -> Iterator[Found]:
    """What is wrong with its credentials, or its token."""
    auth, token = schemas.registry_auth_reader()(), schemas.registry_token_reader()()
    if auth and not all(auth.partition(":")):
        yield AUTH, "must be user:password"
    elif not auth.isprintable():
        yield AUTH, "holds a line break or another control character; it must be one line"
    if not is_sendable(token):
        yield TOKEN, f"{UNSENDABLE}; it must be the token alone"
    if auth and token:
        yield (TOKEN[0], AUTH[0]), "is set beside schemas.registry_auth: remove one"
    is_asked_for = schemas.registry_oauth_file is not None
    if is_asked_for and (auth or token):
        yield (OAUTH, *AUTH, *TOKEN), "is set beside credentials or a token: remove one"
    is_clear = is_in_the_clear(schemas.registry_url or "") and not schemas.allow_plaintext
    if is_clear and (auth or token or is_asked_for):
        yield (
            (URL, "schemas.allow_plaintext", OAUTH, *AUTH, *TOKEN),
            "must be https://, as http:// would show the credentials to the network; or set schemas.allow_plaintext",
        )
