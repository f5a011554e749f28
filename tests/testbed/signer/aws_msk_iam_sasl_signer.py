"""AWS's signer, played for a broker that believes every token; found where PYTHONPATH begins with this folder."""

import os
from pathlib import Path

from tests.testbed.tokens import a_token

LIFE = 8.0
ASKED, REFUSING = "asked", "refusing"
"""Files in the folder that TEST_SIGNER names: a line for each question; there while it has no token to give."""


class MSKAuthTokenProvider:
    """What the service calls of it."""

    @staticmethod
    def generate_auth_token(region: str) -> tuple[str, int]:
        """A token, and its end in milliseconds."""
        folder = Path(os.environ["TEST_SIGNER"])
        with (folder / ASKED).open("a") as asked:
            asked.write(f"{region}\n")
        if (folder / REFUSING).exists():
            raise ValueError("AWS Credentials can not be empty")
        return a_token("returns", LIFE)
