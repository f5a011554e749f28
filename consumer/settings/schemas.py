"""The settings of how records are read and written, and of the schema registry."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from consumer.settings.options_file import PropertiesFile
from consumer.settings.secret import Secret
from consumer.settings.section import File, PlainSecret, Section, Text

OutputEncoding = Literal["single-object", "confluent"]


def _output(given: dict[str, object]) -> OutputEncoding:
    return "confluent" if given.get("registry_url") else "single-object"


class Schemas(Section):
    """How records are read and written."""

    registry_url: Text = Field(default=None, description="A Confluent-compatible schema registry.")
    allow_plaintext: bool = Field(
        default=False, description="Whether the registry's credentials may leave this machine by `http://`."
    )
    registry_auth: PlainSecret = Field(default=None, description="Its credentials, `user:password`.")
    registry_auth_file: File = Field(default=None, description="A file with the registry's credentials.")
    registry_token: PlainSecret = Field(default=None, description="A bearer token for it, instead of credentials.")
    registry_token_file: File = Field(default=None, description="A file with the token, read again for each request.")
    registry_oauth_file: PropertiesFile = Field(
        default=None,
        description="A file with `bearer.auth.*` properties, by which an issuer is asked for tokens.",
    )
    registry_ca: File = Field(
        default=None, description="A PEM file with the only authorities to trust; else everybody's."
    )
    registry_certificate: File = Field(default=None, description="A PEM file with our own certificate for it.")
    registry_key: File = Field(default=None, description="A PEM file with the certificate's key.")
    registry_key_password: PlainSecret = Field(default=None, description="The key's password, where it has one.")
    registry_key_password_file: File = Field(default=None, description="A file with the key's password.")
    accept_json: bool = Field(default=True, description="Whether records may be JSON text.")
    output: OutputEncoding = Field(
        default_factory=_output,
        description="The encoding of outcomes: `single-object`, or `confluent` where a registry is set.",
    )

    def registry_auth_reader(self) -> Secret:
        """The registry's `user:password`; empty when there is none."""
        return Secret(self.registry_auth, self.registry_auth_file)

    def registry_token_reader(self) -> Secret:
        """The bearer token for the registry; empty when there is none."""
        return Secret(self.registry_token, self.registry_token_file)

    def registry_oauth(self) -> Mapping[str, object]:
        """By what an issuer is asked for tokens; empty when none is."""
        return {} if self.registry_oauth_file is None else self.registry_oauth_file.options

    def registry_key_password_reader(self) -> Secret:
        """The password of our key for the registry; empty when there is none."""
        return Secret(self.registry_key_password, self.registry_key_password_file)
