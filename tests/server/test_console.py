"""The console, as a browser gets it."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server import console
from tests.browser import chromium
from tests.operations import CREATE

PATIENCE = 60_000
BROWSER = {"accept": "text/html,application/xhtml+xml"}
GUIDED = "The VPN does not connect"
CHAT = "Outlook shows no new mail"


@pytest.fixture(scope="module")
def built() -> None:
    """Where CI runs, it must be; building it here would do so in every worker at once."""
    if not console.is_built() and "CI" not in os.environ:
        pytest.skip("The console is not built: run `make console`")
    assert console.is_built()


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
        assert client.get("/nowhere").status_code == 404
        assert client.post("/nowhere", headers=BROWSER).status_code == 404
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
    app = Starlette(routes=[console.assets()], exception_handlers={404: console.not_found})
    with TestClient(app) as client:
        page = client.get("/chat/abc", headers=BROWSER)
        assert client.get("/assets/index.js", headers=BROWSER).status_code == 404
    assert "make console" in page.text
    assert "/graphql" in page.text
    assert "<script" not in page.text


@pytest.fixture(scope="module")
def sessions(served) -> dict[str, str]:
    """One of each kind."""
    found = {}
    for kind, words in (("GUIDED", GUIDED), ("CHAT", CHAT)):
        created = served.data(CREATE, input={"sessionType": kind, "intake": {"text": words}})
        found[kind] = created["createSession"]["session"]["id"]
    return found


@pytest.fixture
def page(served, built, sessions) -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(served.url.removesuffix("/graphql"))
        yield page
        assert complaints == []


def test_the_history_shows_both_kinds_and_filters_by_pill(page):
    rows = page.get_by_role("list", name="Sessions").get_by_role("link")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Guided")).to_have_count(1)
    expect(rows.filter(has_text="Chat")).to_have_count(1)
    page.get_by_role("button", name="Chat").click()
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?type=chat$"))
    page.reload()
    expect(page.get_by_role("button", name="Chat")).to_have_attribute("aria-pressed", "true")
    expect(rows).to_have_count(1)
    page.go_back()
    expect(rows).to_have_count(2)


def test_a_search_is_in_the_address(page):
    page.get_by_role("searchbox").fill("nothing has these words")
    expect(page.get_by_text("No session matches")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=nothing"))


def test_a_row_opens_its_chat_and_its_address_can_be_reloaded(page):
    rows = page.get_by_role("list", name="Sessions").get_by_role("link")
    rows.filter(has_text="Chat").click()
    expect(page).to_have_url(re.compile("/chat/"))
    messages = page.get_by_role("list", name="Messages")
    expect(messages).to_contain_text(CHAT)
    page.reload()
    expect(messages.get_by_role("listitem").filter(has_text="Assistant")).to_have_count(1)
    expect(page.get_by_role("region", name="Audit trail")).to_contain_text("Created")


def test_a_row_opens_its_guided_session(page):
    rows = page.get_by_role("list", name="Sessions").get_by_role("link")
    rows.filter(has_text="Guided").click()
    expect(page).to_have_url(re.compile("/guided/"))
    expect(page.get_by_role("list", name="Steps")).to_contain_text("Step 1")
    expect(page.get_by_role("region", name="Documents")).to_be_visible()


def test_a_message_sent_elsewhere_and_its_answer_appear(page, served, sessions):
    rows = page.get_by_role("list", name="Sessions").get_by_role("link")
    rows.filter(has_text="Chat").click()
    messages = page.get_by_role("list", name="Messages")
    answers = messages.locator("[data-role=ASSISTANT]")
    expect(answers).to_have_count(1)
    sent = served.data(
        """
        mutation ($input: SendChatMessageInput!) {
          sendChatMessage(input: $input) { __typename }
        }
        """,
        input={"sessionId": sessions["CHAT"], "content": "And the calendar?"},
    )
    assert sent["sendChatMessage"]["__typename"] == "SendChatMessageSuccess"
    expect(messages).to_contain_text("And the calendar?")
    expect(answers).to_have_count(2)


def test_an_address_of_nothing_says_so(page, served):
    page.goto(served.url.removesuffix("/graphql") + "/no/such/page")
    expect(page.get_by_text("There is nothing here")).to_be_visible()
