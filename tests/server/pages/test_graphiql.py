"""GraphiQL, as a browser gets it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.pages import graphiql
from tests.browser import chromium, ensure_built
from tests.operations import CREATE

PROJECT = Path(__file__).parents[3]
EXAMPLES = list(PROJECT.glob("console/graphiql/examples/*.graphql"))
PATIENCE = 60_000
BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def built() -> None:
    ensure_built(graphiql.is_graphiql_built)


def test_a_browser_gets_a_page_that_loads_nothing_from_elsewhere(served):
    with served.client as client:
        answer = client.get("/graphql", headers=BROWSER)
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "https://" not in answer.text


def test_where_it_is_not_built_the_page_says_how(monkeypatch, tmp_path):
    monkeypatch.setattr(graphiql, "INDEX", tmp_path / "index.html")
    assert not graphiql.is_graphiql_built()
    assert "make console" in graphiql.graphiql_page()
    assert "/graphql" in graphiql.graphiql_page()
    assert "<script" not in graphiql.graphiql_page()


def test_where_it_is_not_built_its_files_are_not_found(monkeypatch, tmp_path):
    monkeypatch.setattr(graphiql, "ASSETS", tmp_path)
    with TestClient(Starlette(routes=[graphiql.graphiql_assets()])) as client:
        assert client.get("/graphiql/assets/index.js").status_code == 404


@pytest.mark.parametrize(("environment", "status"), [({}, 0), ({"CI": "1"}, 1)])
def test_without_node_the_build_says_so_and_only_ci_takes_it_for_a_failure(
    tmp_path, environment, status
):
    source = shutil.ignore_patterns("node_modules", "gql")
    shutil.copytree(PROJECT / "console", tmp_path / "console", ignore=source)
    shutil.copytree(PROJECT / "schema", tmp_path / "schema")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("cat", "cksum", "dirname", "find", "sort", "xargs"):
        (tools / tool).symlink_to(shutil.which(tool))
    done = subprocess.run(
        [shutil.which("sh"), tmp_path / "console" / "ensure.sh"],
        env={"PATH": str(tools)} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert "Node 20" in line


def test_its_files_are_kept_by_browsers_and_its_page_is_not(served, built):
    with served.client as client:
        page = client.get("/graphql", headers=BROWSER)
        script = client.get(re.search(r'src="(/graphiql/assets/[^"]+\.js)"', page.text)[1])
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"].startswith("text/javascript")
    for answer in (page, script):
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_nothing_else_of_the_disk_is_served(served):
    with served.client as client:
        assert client.get("/graphiql/assets/../../app.py").status_code == 404
        assert client.get("/graphiql/assets/%2e%2e/%2e%2e/app.py").status_code == 404


@pytest.fixture
def page(served, built) -> Iterator[Page]:
    """GraphiQL as somebody sees it who opens it for the first time."""
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(served.url)
        expect(page.get_by_role("tab")).to_have_count(len(EXAMPLES), timeout=PATIENCE)
        # A tab opened before all four editors are there comes without its text.
        expect(page.locator(".monaco-editor[data-uri]")).to_have_count(4, timeout=PATIENCE)
        expect(page.locator(".graphiql-query-editor")).to_contain_text("mutation", timeout=PATIENCE)
        yield page
        assert complaints == []


def run(page: Page) -> Locator:
    page.get_by_role("button", name="Execute query").click()
    return page.locator(".result-window")


def test_an_example_runs_in_a_real_browser(page):
    result = run(page)
    expect(result).to_contain_text("CreateSessionSuccess", timeout=PATIENCE)
    expect(result).to_contain_text("allowedActions", timeout=PATIENCE)


def test_the_schema_can_be_read_in_a_real_browser(page):
    page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(page.get_by_text("All Schema Types")).to_be_visible(timeout=PATIENCE)


def test_an_answer_is_watched_in_a_real_browser(page, served):
    chat = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
    created = served.data(CREATE, input=chat)["createSession"]
    page.get_by_role("tab", name="WatchAnswer").click()
    variables = page.get_by_role("region", name="Variables").get_by_role("code").first
    expect(variables).to_contain_text("generationId", timeout=PATIENCE)
    variables.click()
    # Over a selection the editor would put the quotes around it.
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(json.dumps({"generationId": created["generation"]["id"]}))
    expect(run(page)).to_contain_text("GenerationCompleted", timeout=PATIENCE)
