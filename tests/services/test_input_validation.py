"""Texts that people send."""

import time

import pytest

from services.errors import InvalidInput
from services.input_validation import is_blank, optional_text, require_text

BLANK = [
    "",
    " \t\r\n",
    "\u00a0\u2003\u3000",
    "\u200b\u200c\u200d\ufeff\u2060",
    "\u202a\u202e\u2066\u2069\u200f\u061c",
    "\u00ad\u180e",
    "\u3164\uffa0\u115f\u1160\u2800\u034f",
    "\ufe0f\U000e0100",
    "\U000e0041\U000e007f",
    "\x00\x1b\x7f\x85",
]


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_a_text_that_shows_nothing_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_a_blank_text_is_no_title_and_no_message(text):
    if "\x00" not in text:  # shown as a replacement character
        with pytest.raises(InvalidInput, match="must not be empty"):
            require_text(text, "A title", "title", at_most=10)
        assert optional_text(text, "A title", "title", at_most=10) is None


@pytest.mark.parametrize(
    "text", ["a", "\u200ba", "\u202eno", "🔥\ufe0f", "לא", "印刷", "-", "\u0301"]
)
def test_a_text_that_shows_something_is_kept_with_its_marks(text):
    assert not is_blank(text)
    assert require_text(text, "A title", "title", at_most=10) == text


@pytest.mark.parametrize("unit", ["\x7f", "\u200b", "\x00", "\ud800", "\u00a0", "a\x00"], ids=ascii)
@pytest.mark.parametrize(("characters", "at_most"), [(1_900_000, 255), (200_000, 200_000)])
def test_a_text_of_any_length_takes_a_few_milliseconds(unit, characters, at_most):
    text = (unit * characters)[: characters - 1] + "."
    begin = time.thread_time()
    if characters > at_most and not unit.isspace():
        with pytest.raises(InvalidInput, match="at most 255"):
            optional_text(text, "A title", "title", at_most=at_most)
    else:
        optional_text(text, "A log", "log", at_most=at_most)
    taken = time.thread_time() - begin
    print(f"{taken * 1000:.1f} ms")
    assert taken < 0.05
