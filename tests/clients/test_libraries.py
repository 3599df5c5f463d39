"""The client libraries that front-end developers use, with every protocol on at once."""

import os
import shutil
import subprocess

import pytest

from tests.clients.conftest import CLIENT, PATIENCE
from tests.server_process import PROJECT


@pytest.mark.parametrize("library", ["apollo", "apollo-persisted", "urql"])
def test_a_library_does_a_technicians_work(served, node, library):
    seen = node("desks.mjs", library, served.url)
    assert seen["type"] in ("ChatSession", "CHAT")
    assert seen["read"] == seen["whole"] == seen["messages"][1]
    assert len(seen["messages"]) == seen["again"] == 2
    assert "Traceback" not in "".join(served.log)


def test_relays_compiler_takes_the_schema(node, tmp_path):
    """Its own rules on connections, refetching and nodes."""
    project = tmp_path / "relay"
    shutil.copytree(CLIENT / "relay", project)
    shutil.copy(PROJECT / "schema" / "schema.graphql", project)
    done = subprocess.run(
        [CLIENT / "node_modules" / ".bin" / "relay-compiler", "relay.config.json"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = {each.name for each in (project / "src" / "__generated__").iterdir()}
    assert {"HistoryPageQuery.graphql.ts", "HistoryChatQuery.graphql.ts"} <= made
