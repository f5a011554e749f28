"""The SBOM names what is locked, by version and hash."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRY = re.compile(r"^([\w.-]+)(?:\[[^]]*])?==(\S+)(.*)$", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
SECONDS = 300
Packages = dict[str, tuple[str, set[str]]]
"""The version and the SHA-256 of each file, by the package's name."""


def locked(lock: str) -> Packages:
    text = (ROOT / lock).read_text().replace("\\\n", "")
    return {name: (version, set(HASH.findall(rest))) for name, version, rest in ENTRY.findall(text)}


def told(file: Path) -> Packages:
    return {
        component["name"]: (
            component["version"],
            {each["content"] for reference in component["externalReferences"] for each in reference.get("hashes", ())},
        )
        for component in json.loads(file.read_text())["components"]
    }


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-otel.lock"])
def test_the_sbom_names_every_package_of_the_lock_with_its_version_and_hashes(lock: str, tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"

    done = subprocess.run(
        ["make", "--no-print-directory", "sbom", f"LOCK={lock}", f"SBOM={file}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert told(file) == locked(lock)
    assert locked(lock)
    assert json.loads(file.read_text())["metadata"]["component"]["name"] == "returns-consumer"
