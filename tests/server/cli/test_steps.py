"""What somebody types at a step of a guided session, as the answer that is sent."""

import pytest

from server.cli.chat.connection import Refused
from server.cli.chat.steps import parse_answer

OPTIONS = [
    {"label": "Yes, always", "value": "yes", "followupHint": None},
    {"label": "No", "value": "no", "followupHint": None},
]


def step(*, free: bool, options: list | None = None) -> dict:
    offered = OPTIONS if options is None else options
    return {"options": offered, "allowFreeText": free, "allowSkip": True}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("1", {"option": "yes"}),
        (" 2 ", {"option": "no"}),
        ("NO", {"option": "no"}),
        ("yes, always", {"option": "yes"}),
        ("3", {"text": "3"}),
        ("٢", {"text": "٢"}),
        ("only on Mondays", {"text": "only on Mondays"}),
    ],
)
def test_an_option_is_chosen_by_number_or_name(line, answer):
    assert parse_answer(step(free=True), line) == answer


@pytest.mark.parametrize("line", ["0", "3", "-1", "only on Mondays"])
def test_what_is_no_option_is_refused_where_words_are_not_taken(line):
    with pytest.raises(Refused, match="a number from 1 to 2 or /skip"):
        parse_answer(step(free=False), line)


def test_a_number_is_a_text_where_there_are_no_options():
    assert parse_answer(step(free=True, options=[]), "1") == {"text": "1"}
