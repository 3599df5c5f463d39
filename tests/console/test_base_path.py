"""The console and GraphiQL below a path of a site."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import begin
from tests.server_process import serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def below(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_BASE_PATH="/desk") as server:
        yield server


def test_a_chat_is_reached_by_links_and_by_its_address(visit, below):
    begin(below, "CHAT", "The scanner sends nothing")
    page = visit(below, "")
    page.get_by_role("link", name=re.compile("scanner")).first.click()
    expect(page).to_have_url(re.compile("/desk/chat/"))
    expect(page.get_by_text("The scanner sends nothing").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("The scanner sends nothing").first).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page).to_have_url(re.compile("/desk/history$"))


def test_the_dashboard_is_live(visit, below):
    page = visit(below, "/")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    begin(below, "CHAT", "The tray is stuck")
    expect(page.get_by_text("The tray is stuck").first).to_be_visible()


def test_graphiql_is_opened_from_the_console_and_runs_an_operation(visit, below):
    page = visit(below, "/")
    page.get_by_role("link", name="GraphiQL").click()
    expect(page).to_have_url(re.compile("/desk/graphql$"))
    expect(page.locator(".graphiql-query-editor")).to_contain_text("createSession")
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".result-window")).to_contain_text("CreateSessionSuccess")
