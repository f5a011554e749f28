"""Tokens for the IAM of Amazon MSK, signed as AWS ships it; the one file that knows AWS, and needs the extra `msk`."""

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.exceptions import BotoCoreError, ClientError

from consumer.ports import Unavailable

MILLISECONDS = 1000


def token(region: str) -> tuple[str, float]:
    """A token of the role that this process has, and its end in seconds since 1970. Raises Unavailable."""
    try:
        signed, ends = MSKAuthTokenProvider.generate_auth_token(region)
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        # The signer lets through what the file of a web identity does not allow.
        raise Unavailable(str(error)) from error
    except AttributeError as error:
        # What the signer makes of having no credentials at all.
        raise Unavailable("AWS gives this process no credentials") from error
    # The signer tells milliseconds, the Kafka client takes seconds.
    return signed, ends / MILLISECONDS
