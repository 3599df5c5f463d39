"""A chat, talked in: sending, waiting, interrupting, stopping, asking again, rating, copying."""

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import FIRST, begin, say, settled
from tests.console.page_locators import answers, being_written, composer, messages, waiting

SECOND = "It fills up again by itself."


@pytest.fixture
def page(visit, live, chat):
    return visit(live, f"/chat/{chat}")


@pytest.fixture
def next_question(request) -> str:
    return f"And the calendar? ({request.node.name})"


def refusal(page):
    return page.get_by_role("form", name="Message").get_by_role("alert")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_what_is_sent_is_answered_word_by_word(page, provider, answer, next_question):
    answer.finish()
    expect(answers(page)).to_have_count(1)
    second = provider.script(next_question, SECOND)
    composer(page).fill(next_question)
    composer(page).press("Enter")
    expect(messages(page).nth(2)).to_contain_text(next_question)
    expect(composer(page)).to_have_value("")
    second.release(2)
    expect(being_written(page)).to_contain_text("It fills")
    second.finish()
    expect(being_written(page)).to_have_count(0)
    expect(messages(page)).to_have_count(4)
    expect(answers(page).last).to_contain_text(SECOND)


@pytest.mark.slow
def test_a_second_tab_sends_while_the_first_is_streaming_and_waits(
    page, visit, live, chat, provider, answer, next_question
):
    other = visit(live, f"/chat/{chat}")
    answer.release(3)
    for each in (page, other):
        expect(being_written(each)).to_contain_text("The mailbox is")
    second = provider.script(next_question, SECOND)
    composer(other).fill(next_question)
    press(other, "Queue")
    for each in (page, other):
        expect(waiting(each)).to_contain_text(next_question)
        expect(being_written(each)).to_contain_text("The mailbox is")
    answer.finish()
    second.release(2)
    for each in (page, other):
        expect(being_written(each)).to_contain_text("It fills")
        expect(waiting(each)).to_have_count(0)
    second.finish()
    for each in (page, other):
        expect(messages(each)).to_have_count(4)
        expect(being_written(each)).to_have_count(0)
        expect(messages(each).nth(1)).to_contain_text(FIRST)
        expect(messages(each).nth(2)).to_contain_text(next_question)
        expect(messages(each).nth(3)).to_contain_text(SECOND)


@pytest.mark.slow
def test_an_answer_is_interrupted_and_what_it_said_stays(page, provider, answer, next_question):
    answer.release(3)
    expect(being_written(page)).to_contain_text("The mailbox is")
    second = provider.script(next_question, SECOND)
    composer(page).fill(next_question)
    press(page, "Interrupt")
    expect(messages(page).nth(1)).to_contain_text("This answer was cut short.")
    expect(messages(page).nth(2)).to_contain_text(next_question)
    second.finish()
    expect(messages(page).nth(3)).to_contain_text(SECOND)
    expect(being_written(page)).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_waits_can_be_taken_back(page, answer, next_question):
    answer.release(1)
    composer(page).fill(next_question)
    press(page, "Queue")
    expect(waiting(page)).to_contain_text(next_question)
    composer(page).fill("typed since")
    press(page, "Take this message back")
    expect(waiting(page)).to_have_count(0)
    expect(composer(page)).to_have_value(f"{next_question}\n\ntyped since")
    expect(composer(page)).to_be_focused()
    answer.finish()
    expect(being_written(page)).to_have_count(0)
    expect(messages(page)).to_have_count(2)


@pytest.mark.slow
def test_an_answer_is_stopped_and_written_again(page, answer):
    answer.release(3)
    expect(being_written(page)).to_contain_text("The mailbox is")
    press(page, "Stop")
    expect(being_written(page)).to_have_count(0)
    expect(answers(page)).to_contain_text("The mailbox is")
    expect(answers(page)).to_contain_text("This answer was cut short.")
    press(page, "Answer again")
    expect(being_written(page)).to_have_count(1)
    expect(answers(page)).to_have_count(1)
    answer.finish()
    expect(being_written(page)).to_have_count(0)
    expect(answers(page)).to_have_count(1)
    expect(answers(page)).to_contain_text(FIRST)
    expect(answers(page)).not_to_contain_text("cut short")


@pytest.mark.slow
def test_an_answer_that_was_to_be_replaced_stays_when_the_new_one_is_stopped(
    page, provider, answer, next_question
):
    answer.finish()
    expect(answers(page)).to_contain_text(FIRST)
    again = provider.script(next_question, SECOND)
    composer(page).fill(next_question)
    composer(page).press("Enter")
    again.finish()
    expect(answers(page)).to_have_count(2)
    anew = provider.script(next_question, "Something else entirely.")
    press(page, "Answer again")
    anew.release(2)
    expect(being_written(page)).to_contain_text("Something else")
    press(page, "Stop")
    expect(being_written(page)).to_have_count(0)
    expect(answers(page)).to_have_count(2)
    expect(answers(page).last).to_contain_text(SECOND)
    third = provider.script(f"Third: {next_question}", "All done.")
    composer(page).fill(f"Third: {next_question}")
    composer(page).press("Enter")
    third.finish()
    expect(answers(page).last).to_contain_text("All done.")
    expect(messages(page)).to_have_count(6)
    expect(page.get_by_text("Something else")).to_have_count(0)


def test_an_answer_is_rated_and_copied(page, answer):
    answer.finish()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    helped = page.get_by_role("button", name="This helped")
    helped.click()
    expect(helped).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(helped).to_have_attribute("aria-pressed", "true")
    helped.click()
    expect(helped).to_have_attribute("aria-pressed", "false")
    press(page, "Copy this answer")
    expect(page.get_by_text("Copied", exact=True)).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == FIRST


@pytest.mark.slow
def test_what_is_typed_outlives_a_reload(page, next_question, answer):
    composer(page).fill(next_question)
    composer(page).press("Shift+Enter")
    page.reload()
    expect(composer(page)).to_have_value(f"{next_question}\n")


@pytest.mark.slow
def test_without_a_server_a_message_is_kept_and_is_sent_once(
    page, watch, live, chat, answer, next_question
):
    watch.expect("ERR_INTERNET_DISCONNECTED", "WebSocket")
    answer.finish()
    expect(answers(page)).to_have_count(1)
    page.context.set_offline(True)
    expect(page.get_by_text("The server cannot be reached. What you see")).to_be_visible()
    composer(page).fill(next_question)
    composer(page).press("Enter")
    expect(refusal(page)).to_contain_text("What you entered is still here")
    page.context.set_offline(False)
    composer(page).press("Enter")
    expect(messages(page)).to_have_count(4)
    said = settled(live, chat)["messages"]["edges"]
    assert [edge["node"]["content"] for edge in said].count(next_question) == 1


@pytest.mark.slow
def test_a_message_whose_answer_is_lost_is_said_once(
    page, watch, live, chat, answer, next_question
):
    watch.expect("ERR_FAILED")
    answer.finish()
    expect(answers(page)).to_have_count(1)

    def lose(route):
        if "mutation SendChatMessage" in route.request.post_data:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/graphql", lose)
    composer(page).fill(next_question)
    composer(page).press("Enter")
    expect(refusal(page)).to_contain_text("What you entered is still here")
    page.unroute("**/graphql")
    page.reload()
    expect(composer(page)).to_have_value(next_question)
    composer(page).press("Enter")
    expect(composer(page)).to_have_value("")
    said = settled(live, chat)["messages"]["edges"]
    assert [edge["node"]["content"] for edge in said].count(next_question) == 1
    expect(messages(page)).to_have_count(4)


@pytest.mark.slow
def test_earlier_messages_are_a_click_away(visit, live):
    chat = begin(live, "CHAT", "How many are there?")
    for number in range(30):
        settled(live, chat)
        say(live, chat, f"Number {number}")
    settled(live, chat)
    page = visit(live, f"/chat/{chat}")
    expect(messages(page)).to_have_count(50)
    # All that scrolls is the conversation: nothing blank is below the page.
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    earliest = messages(page).first
    earliest.scroll_into_view_if_needed()
    shown = messages(page).filter(has_text=earliest.inner_text().split("\n")[-1]).last
    before = shown.bounding_box()["y"]
    press(page, "Show earlier messages")
    expect(messages(page)).to_have_count(62)
    page.wait_for_function(
        "([element, y]) => Math.abs(element.getBoundingClientRect().y - y) < 20",
        arg=[shown.element_handle(), before],
    )
    expect(page.get_by_role("button", name="Show earlier messages")).to_have_count(0)
    assert page.evaluate("document.activeElement.classList.contains('said')")
    expect(messages(page).first).to_contain_text("How many are there?")
    say(live, chat, "One more")
    expect(messages(page)).to_have_count(64)
    expect(messages(page).first).to_contain_text("How many are there?")


@pytest.mark.slow
def test_the_sidebar_lists_chats_as_they_come(page, live, answer):
    chats = page.get_by_role("navigation", name="Chats").get_by_role("link")
    expect(chats.first).to_be_visible()
    newest = begin(live, "CHAT", "The keyboard types twice", title="The keyboard types twice")
    expect(chats.filter(has_text="The keyboard types twice")).to_have_count(1)
    begin(live, "GUIDED", "The mouse is gone")
    chats.filter(has_text="The keyboard types twice").click()
    expect(messages(page).first).to_contain_text("The keyboard types twice")
    assert newest in page.url
    expect(chats.filter(has_text="The mouse is gone")).to_have_count(0)


def test_a_long_answer_is_followed_until_one_scrolls_away(page, provider, answer, next_question):
    answer.finish()
    expect(answers(page)).to_have_count(1)
    long = "\n\n".join(f"Line {number} of many." for number in range(80))
    second = provider.script(next_question, long)
    composer(page).fill(next_question)
    composer(page).press("Enter")
    second.release(200)
    expect(page.get_by_text("Line 45 of many.")).to_be_in_viewport()
    page.get_by_text("Line 2 of many.").scroll_into_view_if_needed()
    # By now the page knows of it too.
    expect(page.get_by_text("Line 45 of many.")).not_to_be_in_viewport()
    second.finish()
    expect(being_written(page)).to_have_count(0)
    expect(page.get_by_text("Line 2 of many.")).to_be_in_viewport()
    expect(page.get_by_text("Line 79 of many.")).not_to_be_in_viewport()
    press(page, "To the latest")
    expect(page.get_by_text("Line 79 of many.")).to_be_in_viewport()
    expect(page.get_by_role("button", name="To the latest")).to_have_count(0)
    page.get_by_text("Line 2 of many.").scroll_into_view_if_needed()
    third = provider.script(f"Thanks. {next_question}", "You are welcome.")
    composer(page).fill(f"Thanks. {next_question}")
    composer(page).press("Enter")
    expect(page.get_by_text(f"Thanks. {next_question}")).to_be_in_viewport()
    third.finish()
    expect(page.get_by_text("You are welcome.")).to_be_in_viewport()
