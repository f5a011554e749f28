"""A container of an unpacked image, run by runc with what Kubernetes gives a restricted pod."""

import json
from pathlib import Path
from typing import TypedDict

from tests.image.built import CONFIG_FOLDER, Commands

WRITABLE = ("/dev", "/tmp")  # noqa: S108 - inside the container


class Config(TypedDict):
    """What an image's configuration says about its process."""

    User: str
    Entrypoint: list[str]
    Cmd: list[str]
    Env: list[str]
    WorkingDir: str


def container(config: Config, root: Path, folder: Path) -> Commands:
    """A bundle in the folder, and the commands for it."""
    name = f"returns-consumer-{folder.name}"
    (folder / "config.json").write_text(json.dumps(_bundle(config, root, folder)))
    runc = ("runc", f"--root={folder}/runc")
    return Commands(
        start=(*runc, "run", f"--bundle={folder}", name),
        ask=(*runc, "exec", name),
        terminate=(*runc, "kill", name, "TERM"),
        remove=(*runc, "delete", "--force", name),
    )


def _bundle(config: Config, root: Path, folder: Path) -> dict[str, object]:
    """The runtime specification: what the image says, and no more rights than that. The network is the machine's."""
    user, group = config["User"].split(":")
    return {
        "ociVersion": "1.0.2",
        "root": {"path": str(root), "readonly": True},
        "process": {
            "user": {"uid": int(user), "gid": int(group)},
            "args": [*config["Entrypoint"], *config["Cmd"]],
            "env": config["Env"],
            "cwd": config["WorkingDir"],
            "noNewPrivileges": True,
            "capabilities": {},
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            *({"destination": path, "type": "tmpfs", "source": "tmpfs", "options": ["mode=1777"]} for path in WRITABLE),
            {"destination": CONFIG_FOLDER, "type": "bind", "source": str(folder), "options": ["bind", "ro"]},
        ],
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")]},
    }
