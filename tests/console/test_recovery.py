"""The server dies under open pages, and comes back: they recover by themselves."""

import pytest
from playwright.sync_api import expect

from tests.console.accessibility import assert_accessible
from tests.console.api_actions import begin, settled
from tests.console.page_locators import answers, away, being_written, rows

QUESTION = "The switch in the cellar blinks red"
ANSWER = "The switch has lost its uplink. Look at the fibre, then at the port."
#: What a browser notes of a server that is not there.
REFUSED = "ERR_CONNECTION_REFUSED"
#: Also of one that goes in the middle of an answer.
LOST = (
    "WebSocket connection to",
    "ERR_CONNECTION_RESET",
    "ERR_CONTENT_LENGTH_MISMATCH",
    "ERR_EMPTY_RESPONSE",
    REFUSED,
)


def test_an_answer_goes_on_after_the_server_was_killed(visit, watch, killable, provider):
    watch.expect(*LOST)
    answer = provider.script(QUESTION, ANSWER)
    chat = begin(killable.served, "CHAT", QUESTION)
    page = visit(killable.served, f"/chat/{chat}")
    answer.release(3)
    expect(being_written(page)).to_contain_text("The switch has")

    killable.kill()
    expect(away(page)).to_be_visible()
    expect(page.get_by_text("The switch has")).to_be_visible()
    assert_accessible(page)

    killable.start_again()
    expect(away(page)).to_be_hidden()
    answer.release(3)
    expect(being_written(page)).to_contain_text("The switch has lost its uplink.")
    answer.finish()
    expect(being_written(page)).to_have_count(0)
    expect(answers(page)).to_have_count(1)
    expect(answers(page)).to_contain_text(ANSWER)
    expect(page.get_by_role("alert")).to_have_count(0)

    page.reload()
    expect(answers(page)).to_contain_text(ANSWER)
    assert settled(killable.served, chat)["messages"]["edges"][1]["node"]["content"] == ANSWER


@pytest.mark.slow
def test_an_answer_that_ended_while_the_server_was_away_from_a_page_is_there_after(
    visit, watch, killable, provider
):
    """Nobody looks on while the rest is written: the page was offline meanwhile."""
    watch.expect(*LOST, "ERR_INTERNET_DISCONNECTED")
    question = f"{QUESTION} again"
    answer = provider.script(question, ANSWER)
    chat = begin(killable.served, "CHAT", question)
    page = visit(killable.served, f"/chat/{chat}")
    answer.release(3)
    expect(being_written(page)).to_contain_text("The switch has")

    page.context.set_offline(True)
    killable.kill()
    killable.start_again()
    answer.finish()
    settled(killable.served, chat)
    expect(away(page)).to_be_visible()
    page.context.set_offline(False)

    expect(away(page)).to_be_hidden()
    expect(being_written(page)).to_have_count(0)
    expect(answers(page)).to_have_count(1)
    expect(answers(page)).to_contain_text(ANSWER)


@pytest.mark.slow
def test_the_history_says_that_it_may_be_old_and_is_new_again_by_itself(
    visit, watch, killable, provider
):
    watch.expect(*LOST)
    page = visit(killable.served, "/history")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    killable.kill()
    # A list notices when it asks again; here somebody does so first.
    page.get_by_role("searchbox").fill("anything")
    expect(away(page)).to_be_visible()
    killable.start_again()
    begin(killable.served, "CHAT", "anything at all", title="Asked meanwhile")
    expect(away(page)).to_be_hidden()
    expect(rows(page).filter(has_text="Asked meanwhile")).to_have_count(1)
