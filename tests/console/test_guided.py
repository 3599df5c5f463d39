"""A guided session: one step at a time, by mouse, by keyboard and in words."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import begin, do
from tests.console.page_locators import action, steps

PROBLEM = "the vpn keeps disconnecting"
#: As a model gives it.
STEP = {
    "step_type": "question",
    "content": "Which floor was chosen?",
    "context_message": None,
    "options": [],
    "allow_free_text": True,
    "allow_skip": True,
    "expected_outcome": None,
    "confidence": 0.6,
}


@pytest.fixture
def session(served):
    return begin(served, "GUIDED", PROBLEM)


@pytest.fixture
def page(visit, served, session):
    page = visit(served, f"/guided/{session}")
    expect(steps(page)).to_have_count(1)
    return page


def options(page):
    return page.get_by_role("list", name="Possible answers").last.get_by_role("button")


def test_steps_are_answered_by_mouse_keys_and_skipping(page):
    expect(page.get_by_text("The flow leads")).to_be_visible()
    expect(page.get_by_text("Follows “VPN")).to_contain_text("%")
    chosen = options(page).first.inner_text().split("\n")[-1]
    options(page).first.click()
    expect(steps(page)).to_have_count(2)
    expect(steps(page).first).to_contain_text(chosen)
    expect(steps(page).first).to_contain_text("Local Technician")
    page.get_by_role("main").focus()
    page.keyboard.press("2")
    expect(steps(page)).to_have_count(3)
    page.get_by_role("button", name="Skip").click()
    expect(steps(page)).to_have_count(4)
    expect(steps(page).nth(2)).to_contain_text("Skipped")


@pytest.mark.slow
def test_numbers_that_are_typed_into_an_answer_choose_nothing(page):
    words = page.get_by_label("Answer in your own words")
    words.press_sequentially("1 of 20 people")
    expect(words).to_have_value("1 of 20 people")
    expect(steps(page)).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Answer in your own words")).to_have_value("1 of 20 people")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(steps(page)).to_have_count(2)
    expect(steps(page).first).to_contain_text("1 of 20 people")


def test_the_whole_path_ends_in_a_solution_that_resolves(page):
    """The first option, each time, is the way to a solution."""
    action(page, "Resolve").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Resolve")).to_be_disabled()
    dialog.get_by_role("button", name="Cancel").click()
    suggested = steps(page).last.get_by_text("Resolution suggestion")
    count = 1
    while suggested.count() == 0:
        options(page).first.click()
        count += 1
        expect(steps(page)).to_have_count(count)
    action(page, "Resolve").click()
    expect(dialog.get_by_role("button", name="Resolve")).to_be_disabled()
    dialog.get_by_role("checkbox", name="The suggested solution solved it").click()
    dialog.get_by_role("button", name="Resolve").click()
    notes = dialog.get_by_role("textbox", name="Ticket notes")
    expect(notes).to_have_value(re.compile("## Problem"))


@pytest.mark.slow
def test_commands_can_be_copied_and_outcomes_are_told(visit, served, session, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    command = page.get_by_role("button", name="Copy this command")
    expected = page.get_by_text("Expected:")
    while command.count() == 0 or expected.count() == 0:
        before = steps(page).count()
        options(page).first.click()
        expect(steps(page)).to_have_count(before + 1)
    shown = page.locator(".command pre").last.inner_text()
    command.last.click()
    expect(page.get_by_text("Copied", exact=True)).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == shown.rstrip("\n")


def test_two_pages_of_one_session_go_on_together(visit, served, session, page):
    other = visit(served, f"/guided/{session}")
    expect(steps(other)).to_have_count(1)
    options(page).first.click()
    expect(steps(other)).to_have_count(2)
    options(other).first.click()
    expect(steps(page)).to_have_count(3)
    do(served, "pause", session)
    for each in (page, other):
        expect(each.get_by_text("This session is paused. Resume it to go on.")).to_be_visible()
        expect(options(each).first).to_be_disabled()
    action(page, "Resume").click()
    expect(options(other).first).to_be_enabled()


@pytest.mark.slow
def test_a_step_that_is_written_can_be_stopped_and_asked_for_again(visit, live, provider):
    problem = "The lift plays the wrong music"
    answer = provider.script(problem, json.dumps(STEP))
    page = visit(live, f"/guided/{begin(live, 'GUIDED', problem)}")
    expect(page.get_by_text("The assistant is writing")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_contain_text("stopped")
    expect(steps(page)).to_have_count(0)
    page.get_by_role("button", name="Write it again").click()
    answer.release(4)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    answer.finish()
    expect(steps(page)).to_have_count(1)
    expect(steps(page)).to_contain_text("Which floor was chosen?")
    expect(steps(page)).to_contain_text("60 % sure")
    expect(page.get_by_role("alert")).to_have_count(0)
