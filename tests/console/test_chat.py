"""A chat, read while its answer is written: the words come when the provider says them."""

import pytest
from playwright.sync_api import expect

from tests.console.accessibility import assert_accessible
from tests.console.api_actions import FIRST, say, settled
from tests.console.page_locators import answers, being_written, messages


def test_words_appear_as_they_are_written_and_become_the_message(visit, live, chat, answer):
    page = visit(live, f"/chat/{chat}")
    expect(being_written(page)).to_contain_text("The assistant is writing")
    answer.release(2)
    expect(being_written(page)).to_contain_text("The mailbox")
    expect(being_written(page)).not_to_contain_text("is full")
    assert_accessible(page)
    answer.release(2)
    expect(being_written(page)).to_contain_text("The mailbox is full.")
    answer.finish()
    expect(being_written(page)).to_have_count(0)
    expect(answers(page)).to_have_count(1)
    expect(answers(page)).to_contain_text(FIRST)


def test_a_reload_in_mid_answer_ends_with_the_whole_text(visit, live, chat, answer):
    page = visit(live, f"/chat/{chat}")
    answer.release(3)
    expect(being_written(page)).to_contain_text("The mailbox is")
    page.reload()
    expect(being_written(page)).to_contain_text("The mailbox is")
    answer.release(1)
    expect(being_written(page)).to_contain_text("The mailbox is full.")
    page.reload()
    answer.finish()
    expect(being_written(page)).to_have_count(0)
    expect(answers(page)).to_have_count(1)
    expect(answers(page)).to_contain_text(FIRST)
    assert settled(live, chat)["messages"]["edges"][1]["node"]["content"] == FIRST


@pytest.mark.slow
def test_two_who_look_on_see_the_same_words(visit, live, chat, answer):
    early = visit(live, f"/chat/{chat}")
    answer.release(3)
    expect(being_written(early)).to_contain_text("The mailbox is")
    late = visit(live, f"/chat/{chat}")
    expect(being_written(late)).to_contain_text("The mailbox is")
    answer.release(1)
    for page in (early, late):
        expect(being_written(page)).to_contain_text("The mailbox is full.")
    answer.finish()
    for page in (early, late):
        expect(answers(page)).to_contain_text(FIRST)
        expect(being_written(page)).to_have_count(0)


@pytest.mark.slow
def test_a_message_sent_elsewhere_and_its_answer_appear(visit, live, provider, chat, answer):
    answer.finish()
    page = visit(live, f"/chat/{chat}")
    expect(answers(page)).to_have_count(1)
    settled(live, chat)
    second = provider.script("And the calendar?", "It fills up again by itself.")
    say(live, chat, "And the calendar?")
    expect(messages(page).nth(2)).to_contain_text("And the calendar?")
    second.release(2)
    expect(being_written(page)).to_contain_text("It fills")
    second.finish()
    expect(answers(page)).to_have_count(2)
    expect(answers(page).last).to_contain_text("It fills up again by itself.")
    expect(being_written(page)).to_have_count(0)


@pytest.mark.slow
def test_leaving_and_coming_back_in_mid_answer_loses_nothing(visit, live, chat, answer):
    page = visit(live, f"/chat/{chat}")
    answer.release(2)
    expect(being_written(page)).to_contain_text("The mailbox")
    page.get_by_role("link", name="History").click()
    answer.release(2)
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    page.go_back()
    expect(being_written(page)).to_contain_text("The mailbox is full.")
    answer.finish()
    expect(answers(page)).to_contain_text(FIRST)
    expect(being_written(page)).to_have_count(0)
