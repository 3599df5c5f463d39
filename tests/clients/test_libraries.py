"""The client libraries that front-end developers use, with every protocol on at once."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import CLIENT, PATIENCE
from tests.clients.work_results import check_work
from tests.server_process import PROJECT, run


@pytest.mark.parametrize(
    "library",
    [
        "apollo",
        pytest.param("apollo-persisted", marks=pytest.mark.slow),
        pytest.param("urql", marks=pytest.mark.slow),
    ],
)
def test_a_library_does_a_technicians_work(served, node, library):
    seen = node("desks.mjs", library, served.url)
    assert seen["type"] in ("ChatSession", "CHAT")
    assert seen["read"] == seen["whole"] == seen["messages"][1]
    assert len(seen["messages"]) == seen["again"] == 2
    assert "Traceback" not in "".join(served.log)


@pytest.fixture(scope="module")
def schema_files(tmp_path_factory) -> tuple[str, str]:
    """What caches need to know of the schema, as the commands print it."""
    folder = tmp_path_factory.mktemp("schema")
    files = folder / "cache-config.json", folder / "schema.graphql"
    for file, command in zip(files, ("cache-config", "sdl"), strict=True):
        file.write_text(run(command).stdout)
    return str(files[0]), str(files[1])


@pytest.mark.slow
@pytest.mark.parametrize("library", ["apollo", "urql"])
def test_a_normalized_cache_holds_a_technicians_work(served, node, schema_files, library):
    check_cached_work(node("work.mjs", library, served.url, *schema_files))


@pytest.mark.slow
def test_relay_holds_a_technicians_work(served, node, schema_files, tmp_path):
    project = tmp_path / "relay"
    (project / "src").mkdir(parents=True)
    node("write_relay_sources.mjs", str(project / "src"))
    config = json.loads((CLIENT / "relay" / "relay.config.json").read_text())
    (project / "relay.config.json").write_text(json.dumps({**config, "language": "javascript"}))
    (project / "package.json").write_text('{"type": "module"}')
    compile_relay(project)
    artifacts = project / "src" / "__generated__"
    told = node("work.mjs", "relay", served.url, *schema_files, RELAY_ARTIFACTS=str(artifacts))
    check_cached_work(told)


def check_cached_work(told: dict[str, Any]) -> None:
    """The rating is in the cache by the message's id, and what the cache knows of the session is
    what it was told before the end of it."""
    check_work(told)
    assert told["ratedInCache"] == "UP"
    assert told["cachedTitle"] in told["titlesTold"]
    assert told["cachedStatus"] == "ACTIVE"


@pytest.mark.slow
def test_relays_compiler_takes_the_schema(node, tmp_path):
    """Its own rules on connections, refetching and nodes."""
    project = tmp_path / "relay"
    shutil.copytree(CLIENT / "relay", project)
    compile_relay(project)
    made = {each.name for each in (project / "src" / "__generated__").iterdir()}
    assert {"HistoryPageQuery.graphql.ts", "HistoryChatQuery.graphql.ts"} <= made


def compile_relay(project: Path) -> None:
    shutil.copy(PROJECT / "schema" / "schema.graphql", project)
    (project / "src" / "__generated__").mkdir()
    done = subprocess.run(
        [CLIENT / "node_modules" / ".bin" / "relay-compiler", "relay.config.json"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
