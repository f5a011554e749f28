"""How this machine's pip reaches its packages, as secrets for a build: nothing of it is written in the recipe."""

import ast
import ssl
import subprocess
import sys
from pathlib import Path

CARRIED = ("index-url", "extra-index-url", "trusted-host", "proxy", "default-timeout", "retries")


def secrets(folder: Path) -> list[str]:
    """The builder's arguments that show pip.conf and the authority it trusts to the build, and leave neither in it."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    settings = _settings(told)
    authority = settings.pop("cert", ssl.get_default_verify_paths().cafile or "")
    lines = [f"{name} = {settings[name]}" for name in CARRIED if name in settings]
    given = []
    if Path(authority).is_file():
        lines.append("cert = /run/secrets/ca.pem")
        given.append(f"--secret=id=ca.pem,src={authority}")
    file = folder / "pip.conf"
    file.touch(mode=0o600)
    file.write_text("\n".join(["[global]", *lines, ""]))
    return [*given, f"--secret=id=pip.conf,src={file}"]


def _settings(told: str) -> dict[str, str]:
    """What `pip config list` told: `global.cert='…'` from a file, `:env:.cert='…'` from the environment, which wins."""
    pairs = [line.partition("=")[::2] for line in told.splitlines()]
    return {
        name.removeprefix(f"{source}."): " ".join(str(ast.literal_eval(value)).split())
        for source in ("global", ":env:")
        for name, value in pairs
        if name.startswith(f"{source}.")
    }
