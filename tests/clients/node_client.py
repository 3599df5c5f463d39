"""Independent clients in Node, with their packages."""

import fcntl
import hashlib
import subprocess
from pathlib import Path

CLIENT = Path(__file__).parent / "node"
PATIENCE = 180


def install() -> None:
    """Once, though several workers may want it at the same time."""
    wanted = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    mark = CLIENT / "node_modules" / ".installed"
    with (CLIENT / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text() == wanted:
            return
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=CLIENT, check=True, timeout=PATIENCE
        )
        mark.write_text(wanted)
