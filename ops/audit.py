"""`make audit` for CI, which a known weakness fails and a list that cannot be had does not: `python -m ops.audit`."""

import re
import subprocess
import sys
from collections.abc import Callable

Run = Callable[..., tuple[int, str]]
"""Runs a command; gives its exit code and all it said."""

PROBE = """
import json, sys, urllib.request
with urllib.request.urlopen("https://pypi.org/pypi/pip/25.0/json", timeout=5) as answer:
    sys.exit("vulnerabilities" not in json.load(answer))
"""
# The page of one version is what pip-audit asks for; a mirror may have others and not these. A name may take long to
# resolve, and pip-audit waits as long as it likes; `timeout` ends a command with its children.
ASK = ("timeout", "10", sys.executable, "-c", PROBE)
AUDIT = ("timeout", "300", "make", "audit")
FOUND = re.compile(r"^Found \d+ known (?:vulnerability|vulnerabilities)\b", re.MULTILINE)
"""How pip-audit says that something is known; it ends with 1 for whatever else goes wrong as well."""
WELL = "ok      audit: nothing is known against what is locked"
UNHEARD = "skipped audit: PyPI's list of weaknesses cannot be had; the hashes in the locks stand alone"


def audited(run: Run) -> tuple[int, str]:
    """The exit code, and what to say."""
    code, _ = run(*ASK)
    if code:
        return 0, UNHEARD
    code, said = run(*AUDIT)
    if FOUND.search(said):
        return 1, said
    return 0, UNHEARD if code else WELL


def _run(*command: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - the commands above, and no others
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    status, words = audited(_run)
    print(words)  # noqa: T201 - what it is for
    sys.exit(status)
