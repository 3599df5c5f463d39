"""Signing in at the console, where one has to, with a token or with a key."""

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import begin
from tests.console.page_locators import composer, rows
from tests.server_process import run

#: A browser notes every request that is turned away.
REFUSED = "401"


@pytest.fixture
def key(database_url) -> str:
    made = run("keys", "create", "--name", "Monitoring", DATABASE_URL=database_url)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def sign_in(page, credential: str) -> None:
    page.get_by_label("API key or token").fill(credential)
    page.get_by_role("button", name="Sign in").click()


def test_one_signs_in_where_one_wanted_to_go_and_out_again(visit, watch, desk):
    watch.expect(REFUSED)
    begin(desk.owner, "GUIDED", "The VPN does not connect", title="A tunnel")
    page = visit(desk.door, "/history?q=tunnel")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, desk.owner.bearer)
    expect(page.get_by_text("Ana Silva").first).to_be_visible()
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    expect(rows(page)).to_have_count(0)


def test_a_key_signs_in_too(visit, watch, desk, key):
    watch.expect(REFUSED)
    page = visit(desk.door)
    sign_in(page, f"Authorization: Bearer {key}")
    expect(page.get_by_text("Monitoring")).to_be_visible()


@pytest.mark.slow
def test_what_was_typed_waits_for_whoever_signs_in_again_and_for_nobody_else(visit, watch, desk):
    watch.expect(REFUSED)
    chat = begin(desk.owner, "CHAT", "Outlook shows no new mail")
    page = visit(desk.door, f"/chat/{chat}")
    sign_in(page, desk.owner.bearer)
    composer(page).fill("a long message")
    page.evaluate("sessionStorage.setItem('unified-sessions.credential', 'us_of_yesterday')")
    page.reload()
    sign_in(page, desk.owner.bearer)
    expect(composer(page)).to_have_value("a long message")
    page.evaluate("sessionStorage.setItem('unified-sessions.credential', 'us_of_yesterday')")
    page.reload()
    sign_in(page, desk.lead.bearer)
    expect(composer(page)).to_have_value("")


@pytest.mark.slow
def test_what_is_not_known_is_refused_with_the_reason(visit, watch, desk):
    watch.expect(REFUSED)
    page = visit(desk.door)
    sign_in(page, "us_nothing")
    expect(page.get_by_role("alert")).to_contain_text("The API key is unknown here.")


@pytest.mark.slow
def test_two_people_are_here_at_once_each_under_their_name(visit, desk):
    for server, name in ((desk.lead, "Ben Okafor"), (desk.viewer, "Vera Lind")):
        expect(visit(server).get_by_text(name)).to_be_visible()
