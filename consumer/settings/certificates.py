"""Whether the files of certificates and keys are what they should be."""

import ssl
from collections.abc import Iterator
from pathlib import Path

from consumer.settings.sections import Settings

Found = tuple[tuple[str, ...], str]
"""The settings that a problem is about, and what it is."""
NO_NAME = "is no file's name; it must name a PEM file"


def problems(settings: Settings) -> Iterator[Found]:
    """What would fail at the first connection."""
    schemas = settings.schemas
    for name, file in (("api.ca", settings.api.ca), ("schemas.registry_ca", schemas.registry_ca)):
        problem = None if file is None else _no_authority(file)
        if problem is not None:
            yield (name,), problem
    certificate, key = schemas.registry_certificate, schemas.registry_key
    if certificate is not None:
        problem = _no_certificate(certificate, key, schemas.registry_key_password_reader()())
        if problem is not None:
            yield ("schemas.registry_certificate", "schemas.registry_key"), problem
    elif key is not None:
        yield (
            ("schemas.registry_key", "schemas.registry_certificate"),
            "needs schemas.registry_certificate, the file of the certificate that it belongs to",
        )


def _no_authority(file: Path) -> str | None:
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        return f"{file} holds no certificate; it must be PEM"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror}); it must hold certificates as PEM"
    except ValueError:
        return NO_NAME
    return None


def _no_certificate(certificate: Path, key: Path | None, password: str) -> str | None:
    try:
        # Without a password given OpenSSL would ask for it at the terminal.
        ssl.create_default_context().load_cert_chain(certificate, key, password)
    except ssl.SSLError as error:
        reason = (error.reason or "not PEM").lower().replace("_", " ")
        return f"{certificate} and its key cannot be used ({reason}); see that they belong together, and the password"
    except OSError as error:
        return f"{certificate} or its key cannot be read ({error.strerror})"
    except ValueError:
        return NO_NAME
    return None
