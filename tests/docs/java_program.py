"""A Java program of the documentation, compiled and started as a reader would, with a compiler that any Java runs."""

import re
import subprocess
from pathlib import Path

from tests.testbed.cache import fetched
from tests.testbed.java import java
from tests.testbed.kraft import VERSION
from tests.testbed.maven import OLDEST_JAVA, fetch_jars
from tests.testbed.process import Process, Program

COMPILER = "3.40.0"
AVRO = "1.12.0"
SECONDS = 120


class JavaProgram:
    """The class of a source text, compiled in a folder. Raises MissingPartError where the libraries cannot be had."""

    def __init__(self, source: str, folder: Path) -> None:
        self._java = str(java(OLDEST_JAVA))
        self._jars = fetched(f"java-program-{COMPILER}-{AVRO}-{VERSION}", fetch)
        self._folder = folder
        (self._name,) = re.findall(r"^public class (\w+)", source, re.MULTILINE)
        self._source = folder / f"{self._name}.java"
        self._source.write_text(source, encoding="utf-8")

    def compile(self) -> None:
        """Every warning counts as an error. Raises CalledProcessError, with what the compiler says in `stdout`."""
        compiler = [self._java, "-jar", str(next(self._jars.glob("ecj-*.jar")))]
        jars = ":".join(map(str, self._jars.glob("*.jar")))
        options = [
            "-17",
            "-warn:+unused,resource,unchecked,raw",
            "-failOnWarning",
            "-cp",
            jars,
            "-d",
            str(self._folder),
        ]
        subprocess.run(
            [*compiler, *options, str(self._source)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=True,
        )

    def start(self, where: Path, *arguments: str) -> tuple[Process, Path]:
        """Start it in a folder; the file has what it prints."""
        printed = self._folder / f"{self._name}.txt"
        command = [self._java, "-cp", f"{self._folder}:{self._jars}/*", self._name, *arguments]
        return Process(Program(command=command, folder=where, log=printed)), printed


def fetch(folder: Path) -> None:
    fetch_jars(
        folder,
        f"org.eclipse.jdt:ecj:{COMPILER}",
        f"org.apache.avro:avro:{AVRO}",
        f"org.apache.kafka:kafka-clients:{VERSION}",
        "org.slf4j:slf4j-nop:2.0.13",
    )
