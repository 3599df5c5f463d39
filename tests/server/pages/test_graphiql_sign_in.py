"""GraphiQL in a browser, where one has to sign in: its editor of headers is for both transports."""

import json

import pytest
from playwright.sync_api import expect

from server.pages import graphiql
from tests.browser import chromium, ensure_built
from tests.operations import CREATE
from tests.server_process import serving
from tests.token_issuer import issuing

PATIENCE = 60_000
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}


def write(page, region: str, content: dict) -> None:
    """Put JSON into an editor."""
    page.get_by_role("region", name=region).get_by_role("code").first.click()
    # Over a selection the editor would put the quotes around it.
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(json.dumps(content))


@pytest.fixture
def served_with_sign_in(database_url):
    ensure_built(graphiql.is_graphiql_built)
    with issuing() as issuer, serving(**issuer.settings(DATABASE_URL=database_url)) as server:
        yield server.by(issuer.token())


def test_what_its_headers_say_signs_in_over_http_and_over_websocket(served_with_sign_in):
    server = served_with_sign_in
    created = server.data(CREATE, input=CHAT)["createSession"]
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(server.url)
        expect(page.locator(".monaco-editor[data-uri]")).to_have_count(4, timeout=PATIENCE)
        page.get_by_role("tab", name="WatchAnswer").click()
        variables = page.get_by_role("region", name="Variables").get_by_role("code").first
        expect(variables).to_contain_text("generationId", timeout=PATIENCE)
        write(page, "Variables", {"generationId": created["generation"]["id"]})
        run, result = page.get_by_role("button", name="Execute query"), ".result-window"
        run.click()
        expect(page.locator(result)).to_contain_text("4403", timeout=PATIENCE)

        page.get_by_role("button", name="Headers").click()
        write(page, "Headers", server.headers)
        page.get_by_role("button", name="Execute query").click()
        expect(page.locator(result)).to_contain_text("GenerationCompleted", timeout=PATIENCE)

        page.get_by_role("button", name="Re-fetch GraphQL schema").click()
        page.get_by_role("button", name="Show Documentation Explorer").click()
        expect(page.get_by_text("All Schema Types")).to_be_visible(timeout=PATIENCE)

        # Whoever comes from the console is signed in as there.
        bearer = json.dumps(server.headers["Authorization"].removeprefix("Bearer "))
        page.evaluate(f"sessionStorage.setItem('unified-sessions.credential', {bearer})")
        page.reload()
        page.get_by_role("tab", name="WatchAnswer").click()
        expect(variables).to_contain_text(created["generation"]["id"], timeout=PATIENCE)
        page.get_by_role("button", name="Execute query").click()
        expect(page.locator(result)).to_contain_text("GenerationCompleted", timeout=PATIENCE)
        back = page.get_by_role("link", name="Console")
        expect(back).to_have_attribute("href", "/")
