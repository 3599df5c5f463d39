"""Texts that are expensive to show: the page that has them opens, and stays usable."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services import limits
from tests.console.api_actions import begin, say, settled
from tests.console.page_locators import answers, composer, messages
from tests.server_process import Served

#: Each froze the page or could not be drawn with a parser that takes quadratic time, or is larger
#: than what is drawn as Markdown.
TEXTS = {
    "quotations": ">" * 4_000,
    "emphasis": "*_" * 8_000,
    "brackets": "[" * limits.MESSAGE_CHARS,
    "images": "![a](" * (limits.MESSAGE_CHARS // 5),
    "nested lists": "\n".join(" " * depth + "- a" for depth in range(240)),
    "columns": "|a" * 8_000 + "\n" + "|-" * 7_999,
    "backticks": " ".join("`" * length for length in range(1, 250)),
    "entities": "&amp;" * (limits.MESSAGE_CHARS // 5),
    "a word": "x" * limits.MESSAGE_CHARS,
    "emphasis in emphasis": "**a " * 3_900 + "b**" * 3_900,
    "tildes": "~~a " * 8_000,
    "links": "[a](b " * 5_000,
    "fences": "```\n" * 8_000,
    "addresses": "http://a.bc " * 2_600,
}
LOG = "2026-01-31 12:00:00 ERROR 0x80070005 access denied\n" * 3_900

#: The longest time in milliseconds in which the page did nothing else but draw.
WATCH_STALLS = """
window.longestStall = 0;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  window.longestStall = Math.max(window.longestStall, now - last);
  last = now;
}, 10);
"""


@pytest.fixture(scope="module")
def hostile_chat(served: Served) -> str:
    return begin_chat(served, list(TEXTS.values()))


def begin_chat(server: Served, texts: list[str]) -> str:
    intake: dict[str, Any] = {"type": "COMBINED", "text": texts[0], "logText": LOG}
    chat = begin(server, "CHAT", texts[0], intake=intake)
    for text in texts[1:]:
        settled(server, chat)
        say(server, chat, text)
    settled(server, chat)
    return chat


def test_a_chat_with_hostile_texts_opens_and_stays_usable(visit, served, hostile_chat):
    page = visit(served, f"/chat/{hostile_chat}")
    shown = messages(page)
    expect(shown.nth(2)).to_contain_text(TEXTS["emphasis"][:1_000])
    expect(shown.first).to_contain_text(TEXTS["quotations"][:1_000])
    expect(answers(page)).to_have_count(len(TEXTS))
    composer(page).fill("Is it **still** here?")
    composer(page).press("Enter")
    expect(shown.filter(has_text="Is it **still** here?")).to_have_count(1)
    expect(answers(page)).to_have_count(len(TEXTS) + 1)


def test_a_long_log_is_shown_in_part_and_then_as_a_whole(visit, served, hostile_chat):
    page = visit(served, f"/chat/{hostile_chat}")
    opening = messages(page).first
    button = opening.get_by_role("button", name="Show all")
    expect(button).to_be_visible()
    text = opening.locator(".plain-text")
    assert len(text.text_content() or "") < 100_000
    button.click()
    expect(button).to_have_count(0)
    assert len(text.text_content() or "") > len(LOG.strip())


@pytest.mark.parametrize("name", ["quotations", "emphasis"])
def test_a_hostile_answer_is_read_while_it_is_written(visit, live, provider, name):
    question = f"What about {name}?"
    text = f"Do **this** first. {TEXTS[name]} Then **that**."
    answer = provider.script(question, text)
    chat = begin(live, "CHAT", question)
    page = visit(live, f"/chat/{chat}")
    answer.release(3)
    expect(page.locator("[aria-busy=true] strong")).to_have_text("this")
    answer.finish()
    expect(answers(page).last).to_contain_text(TEXTS[name][:1_000])
    settled(live, chat)
    composer(page).fill("Thank you")
    expect(composer(page)).to_have_value("Thank you")


@pytest.mark.slow
def test_hostile_texts_do_not_stall_the_page_longer_than_others(visit, served):
    """Three tries: another process may stall the machine. An ordinary text of the same size takes
    as long to draw; a page that froze took a hundred times as long."""
    paragraph = "Check the **cable**, then run `ipconfig /all`.\n\n- one\n- two\n\n"
    hostile = begin_chat(served, list(TEXTS.values()))
    ordinary = begin_chat(served, [paragraph * (len(text) // 62) for text in TEXTS.values()])
    stalls = [
        [longest_stall(visit, served, chat) for chat in (hostile, ordinary)] for _ in range(3)
    ]
    print("milliseconds, hostile and ordinary:", stalls)
    assert min(attacked / usual for attacked, usual in stalls) < 4, stalls


def longest_stall(visit: Callable[..., Page], server: Served, chat: str) -> float:
    page = visit(server)
    page.add_init_script(WATCH_STALLS)
    page.goto(f"{server.origin}/chat/{chat}")
    expect(answers(page)).to_have_count(len(TEXTS))
    # All texts are drawn when the page has been quiet for a while.
    page.wait_for_timeout(3_000)
    return float(page.evaluate("window.longestStall"))
