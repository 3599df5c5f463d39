"""A new session: the problem is described once, and one of the two ways chosen."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.page_locators import messages, start

PROBLEM = "the vpn keeps disconnecting"


@pytest.fixture
def page(visit, served):
    return visit(served, "/new")


def test_it_says_which_flow_would_lead_and_starts_it(page):
    expect(start(page)).to_be_disabled()
    page.get_by_label("What is the problem?").fill(PROBLEM)
    hint = page.get_by_role("status").filter(has_text="VPN")
    expect(hint).to_contain_text("fits: a guided session follows it")
    page.get_by_label("What is the problem?").fill("xyzzy")
    expect(page.get_by_text("No flow of the library fits so far")).to_be_visible()
    page.get_by_label("What is the problem?").fill(PROBLEM)
    start(page).click()
    expect(page).to_have_url(re.compile("/guided/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(PROBLEM)
    expect(page.get_by_text("Follows “VPN")).to_be_visible()


@pytest.mark.slow
def test_a_chat_with_a_log(page):
    page.get_by_label("What is the problem?").fill("Outlook stops")
    page.get_by_text("Add a log").click()
    page.get_by_label("Log").fill("0x800CCC0E: the connection has failed")
    page.get_by_role("radio", name="Chat").click()
    start(page).click()
    expect(page).to_have_url(re.compile("/chat/"))
    expect(messages(page).first).to_contain_text("0x800CCC0E")


@pytest.mark.slow
def test_what_is_described_outlives_a_reload_and_is_gone_once_it_is_sent(page):
    page.get_by_label("What is the problem?").fill(PROBLEM)
    page.reload()
    expect(page.get_by_label("What is the problem?")).to_have_value(PROBLEM)
    start(page).click()
    expect(page).to_have_url(re.compile("/guided/"))
    page.get_by_role("link", name="New session").click()
    expect(page.get_by_label("What is the problem?")).to_have_value("")


@pytest.mark.slow
def test_without_a_server_nothing_is_lost(page, watch):
    watch.expect("ERR_INTERNET_DISCONNECTED", "WebSocket")
    page.get_by_label("What is the problem?").fill(PROBLEM)
    page.context.set_offline(True)
    start(page).click()
    expect(page.get_by_role("alert")).to_contain_text("What you entered is still here")
    expect(page.get_by_label("What is the problem?")).to_have_value(PROBLEM)
    page.context.set_offline(False)
    start(page).click()
    expect(page).to_have_url(re.compile("/guided/"))


@pytest.mark.slow
def test_who_reads_is_told_so(visit, desk):
    page = visit(desk.viewer, "/new")
    expect(page.get_by_text("You can read sessions, but not start one")).to_be_visible()
    expect(page.get_by_role("link", name="New session")).to_have_count(0)
