"""How the console is served. What it does in a browser is tested in `tests/console`."""

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.pages import console
from tests.browser import ensure_built

BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def built() -> None:
    ensure_built(console.is_console_built)


@pytest.mark.parametrize("path", ["/", "/history?type=chat", "/guided/abc", "/no/such/page"])
def test_every_address_of_the_console_gets_its_page(served, path):
    with served.client as client:
        answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "https://" not in answer.text


@pytest.mark.parametrize(
    "path", ["/assets/no.js", "/graphiql/assets/no.js", "/graphiql/x", "/health/x"]
)
def test_what_is_missing_among_files_is_missing(served, path):
    with served.client as client:
        assert client.get(path, headers=BROWSER).status_code == 404


def test_programs_are_told_that_there_is_nothing(served):
    with served.client as client:
        for missing in (
            client.get("/nowhere"),
            client.post("/nowhere", headers=BROWSER),
            client.get("/graphql/nowhere", headers=BROWSER),
            client.get("/assets/nowhere.js"),
        ):
            assert missing.status_code == 404
            assert missing.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        refused = client.post("/health")
        assert refused.status_code == 405
        assert refused.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}
        assert client.get("/health", headers=BROWSER).json() == {"status": "ok"}


def test_styles_need_a_nonce_that_no_other_answer_has(served):
    nonces = set()
    with served.client as client:
        for _ in range(2):
            answer = client.get("/", headers=BROWSER)
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
            nonce = re.search(r"style-src 'self' 'nonce-([^']+)'", policy)[1]
            assert f'nonce="{nonce}"' in answer.text
            assert console.PLACEHOLDER not in answer.text
            nonces.add(nonce)
    assert len(nonces) == 2


def test_its_files_are_kept_by_browsers(served, built):
    with served.client as client:
        page = client.get("/", headers=BROWSER)
        script = client.get(re.search(r'src="(/assets/[^"]+\.js)"', page.text)[1])
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert "script-src 'self';" in script.headers["content-security-policy"]


def test_nothing_else_of_the_disk_is_served(served):
    with served.client as client:
        assert client.get("/assets/%2e%2e/%2e%2e/%2e%2e/app.py").status_code == 404


def test_where_it_is_not_built_the_page_says_how(monkeypatch, tmp_path):
    monkeypatch.setattr(console, "INDEX", tmp_path / "index.html")
    monkeypatch.setattr(console, "ASSETS", tmp_path)
    app = Starlette(
        routes=[console.console_assets()], exception_handlers={404: console.page_or_error}
    )
    with TestClient(app) as client:
        page = client.get("/chat/abc", headers=BROWSER)
        assert client.get("/assets/index.js", headers=BROWSER).status_code == 404
    assert "make console" in page.text
    assert "/graphql" in page.text
    assert "<script" not in page.text
