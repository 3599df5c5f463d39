"""The content of a step, read from JSON that is still incomplete."""

import json

import pytest

from services.ai.anthropic.partial_json import PartialContentReader
from tests.services.ai.collected_answer import STEP_JSON


def feed_all(fragments) -> list[str]:
    reader = PartialContentReader()
    return [reader.feed(fragment) for fragment in fragments]


@pytest.mark.parametrize(
    "text", [STEP_JSON["content"], 'q"\\/\b\f\n\r\t', "ä\u2028\N{FIRE}", "\N{FIRE}" * 3, ""]
)
@pytest.mark.parametrize("is_ascii", [True, False])
def test_any_string_is_read_from_single_characters(text, is_ascii):
    fields = {"before": '"content": "no"', "content": text, "after": [{"content": "no"}]}
    assert "".join(feed_all(json.dumps(fields, ensure_ascii=is_ascii))) == text


def test_text_is_returned_with_the_fragment_that_completes_it():
    fragments = ['{"content": "one', " two", "\\", "n", "\\ud83d", "\\udd25", 'end", "x": 1}']
    assert feed_all(fragments) == ["one", " two", "", "\n", "", "\N{FIRE}", "end"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would rather not.",
        "[1, 2]",
        '{"content": null, "x": "y"}',
        '{"content": ["a"]}',
        '{"options": [{"content": "of an option"}]}',
        "{} {}",
        "{content",
    ],
)
def test_json_without_a_content_has_no_text(text):
    assert "".join(feed_all(text)) == ""


def test_text_before_invalid_json_was_returned_already():
    assert feed_all(['{"content": "one', "\n", "two"]) == ["one", "", ""]


def test_half_a_surrogate_pair_does_no_harm():
    assert "".join(feed_all(['{"content": "a', "\ud83d", 'b"}'])) == "a?b"


def test_text_before_the_object_is_ignored():
    assert "".join(feed_all('Here: {"content": "a"} and more')) == "a"
