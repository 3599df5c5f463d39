"""A history of several pages, while people work on what is in it."""

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import begin, described, do
from tests.console.page_locators import rows

#: More than a page, and less than two.
SESSIONS = 40


@pytest.fixture(scope="module")
def sessions(served) -> list[str]:
    """Oldest first, and nothing happens in them by itself."""
    found = [begin(served, "CHAT", f"problem {n}", title=f"Problem {n}") for n in range(SESSIONS)]
    for id in found:
        described(served, id)
    return found


@pytest.mark.slow
def test_a_session_that_comes_to_the_top_takes_no_other_with_it(visit, served, sessions):
    page = visit(served)
    expect(rows(page)).not_to_have_count(0)
    rows(page).last.scroll_into_view_if_needed()
    expect(rows(page)).to_have_count(SESSIONS)
    do(served, "renameSession", sessions[2], title="Looked at again")
    expect(rows(page).first).to_contain_text("Looked at again")
    expect(rows(page)).to_have_count(SESSIONS)


@pytest.mark.slow
def test_where_too_much_has_happened_it_begins_anew_and_goes_on(visit, served, sessions):
    page = visit(served)
    expect(rows(page)).not_to_have_count(0)
    rows(page).last.scroll_into_view_if_needed()
    expect(rows(page)).to_have_count(SESSIONS)
    for id in sessions[:35]:
        do(served, "renameSession", id, title="All of them looked at again")
    expect(rows(page).nth(20)).to_contain_text("All of them")
    rows(page).last.scroll_into_view_if_needed()
    expect(rows(page)).to_have_count(SESSIONS)
