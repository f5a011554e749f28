"""Parts that are published as Maven artifacts, fetched with the machine's `mvn`."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.testbed.java import java
from tests.testbed.missing import MissingPartError

OLDEST_JAVA = 17
SECONDS = 900

POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>testbed</groupId>
  <artifactId>parts</artifactId>
  <version>1</version>
  <dependencies>
    {dependencies}
  </dependencies>
</project>
"""


def fetch_jars(folder: Path, *artifacts: str) -> None:
    """Copy these artifacts (`group:name:version`) and all they need into the folder."""
    pom = folder / "pom.xml"
    pom.write_text(POM.format(dependencies="\n    ".join(map(dependency, artifacts))))
    run_maven(folder, "dependency:copy-dependencies", f"-DoutputDirectory={folder}")


def fetch_artifact(folder: Path, artifact: str) -> None:
    """Copy the one file of this artifact (`group:name:version:type:classifier`) into the folder."""
    run_maven(folder, "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}")


def dependency(artifact: str) -> str:
    names = zip(("groupId", "artifactId", "version"), artifact.split(":"), strict=True)
    return f"<dependency>{''.join(f'<{name}>{value}</{name}>' for name, value in names)}</dependency>"


def run_maven(folder: Path, *arguments: str) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingPartError("start Docker or install Maven (`mvn`), which fetches it")
    environment = dict(os.environ)
    if shutil.which("java") is None and "JAVA_HOME" not in environment:
        environment["JAVA_HOME"] = str(java(OLDEST_JAVA).parent.parent)
    done = subprocess.run(
        [maven, "--quiet", "--batch-mode", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise MissingPartError(f"Maven could not fetch it:\n{done.stdout}{done.stderr}")
