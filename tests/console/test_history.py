"""The history: both kinds of session in one list, filtered by what the address says."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import begin, do, settled
from tests.console.page_locators import messages, pill, rows

GUIDED = "The VPN does not connect"
CHAT = "Outlook shows no new mail"
RESOLVED = "The printer on the second floor prints nothing"


@pytest.fixture(scope="module", autouse=True)
def sessions(served) -> dict[str, str]:
    """One of each kind, and one that is over."""
    found = {
        words: begin(served, kind, words)
        for kind, words in (("GUIDED", GUIDED), ("CHAT", CHAT), ("CHAT", RESOLVED))
    }
    for each in found.values():
        settled(served, each)
    do(served, "resolve", found[RESOLVED], resolutionSummary="It was off.", documents=[])
    return found


def test_it_shows_both_kinds_and_filters_by_pill(page):
    expect(rows(page)).to_have_count(3)
    expect(rows(page).filter(has_text="Guided")).to_have_count(1)
    pill(page, "Chat").click()
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?type=chat$"))
    page.reload()
    expect(pill(page, "Chat")).to_have_attribute("aria-pressed", "true")
    expect(rows(page)).to_have_count(2)
    page.go_back()
    expect(rows(page)).to_have_count(3)
    pill(page, "Guided").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Guided")


@pytest.mark.slow
def test_a_status_is_chosen_and_taken_back(page):
    page.get_by_label("Status").select_option("Resolved")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(RESOLVED)
    expect(page).to_have_url(re.compile(r"\?status=resolved$"))
    page.get_by_role("button", name="Clear filters").click()
    expect(rows(page)).to_have_count(3)


def test_words_find_a_session_and_its_row_opens_it(page, sessions):
    page.get_by_role("searchbox").fill("printer floor")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).locator("mark").first).to_have_text("printer", ignore_case=True)
    expect(page).to_have_url(re.compile(r"q=printer"))
    rows(page).click()
    expect(page).to_have_url(re.compile(f"/chat/{re.escape(sessions[RESOLVED])}"))
    expect(page.get_by_text("Resolved: It was off.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("printer floor")
    expect(rows(page)).to_have_count(1)


@pytest.mark.slow
def test_where_no_session_has_the_words_it_says_so(page):
    page.get_by_role("searchbox").fill("nothing has these words")
    expect(page.get_by_text("No session matches")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Clear filters").last.click()
    expect(rows(page)).to_have_count(3)


def test_a_row_opens_its_chat_and_the_address_can_be_reloaded(page):
    rows(page).filter(has_text=CHAT).click()
    expect(page).to_have_url(re.compile("/chat/"))
    expect(messages(page)).to_have_count(2)
    page.reload()
    expect(messages(page).first).to_contain_text(CHAT)
    expect(messages(page).last).to_contain_text("Assistant")
    expect(page.get_by_role("region", name="Audit trail")).to_contain_text("Created")


@pytest.mark.slow
def test_a_row_opens_its_guided_session(page):
    rows(page).filter(has_text="Guided").click()
    expect(page).to_have_url(re.compile("/guided/"))
    expect(page.get_by_role("list", name="Steps")).to_contain_text("Step 1")
    expect(page.get_by_role("region", name="Documents")).to_be_visible()


@pytest.mark.slow
def test_a_session_under_the_address_of_the_other_kind_is_found(visit, served, sessions):
    page = visit(served, f"/guided/{sessions[CHAT]}")
    expect(page).to_have_url(re.compile("/chat/"))
    expect(messages(page).first).to_contain_text(CHAT)


def test_somebody_elses_address_leads_nowhere_and_back(visit, served):
    page = visit(served, "/no/such/page")
    expect(page.get_by_text("There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Go to the history").click()
    expect(rows(page)).to_have_count(3)
