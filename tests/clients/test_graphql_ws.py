"""An independent client: the `graphql-ws` package of npm, in Node."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

CLIENT = Path(__file__).parent / "node"
PATIENCE = 180


@pytest.fixture(scope="module")
def node() -> str:
    """Node with the client's packages; where CI runs, missing it is a failure."""
    found = shutil.which("node")
    if found is None and "CI" not in os.environ:
        pytest.skip("Node is not installed")
    assert found, "Node 20 or newer is needed"
    install()
    return found


def install() -> None:
    wanted = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    mark = CLIENT / "node_modules" / ".installed"
    if mark.exists() and mark.read_text() == wanted:
        return
    subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"], cwd=CLIENT, check=True, timeout=PATIENCE
    )
    mark.write_text(wanted)


def test_leaving_in_the_middle_and_coming_back_gives_just_the_stored_message(served, node):
    done = subprocess.run(
        [node, "reconnect.mjs", served.url.replace("http", "ws", 1), "Outlook shows no new mail"],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read["first"]
    assert read["rest"]
    assert read["stored"] == {"role": "ASSISTANT", "content": read["first"] + read["rest"]}
