"""What `sessions chat` lets through to a terminal."""

import pytest

from server.cli.chat.output import strip_control_chars


@pytest.mark.parametrize(
    "text",
    [
        "two lines\n\tand a tab",
        "10\u00a0kg\u202f: oui",
        "\u6771\u4eac\u3000\u5927\u962a",
        "\U0001f469\u200d\U0001f4bb \u270f\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ],
)
def test_text_of_every_script_is_printed_as_it_is(text):
    assert strip_control_chars(text) == text


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\r", "\b", "\x7f", "\x9b", "\u202e", "\u2066"])
def test_what_controls_a_terminal_is_not_printed(char):
    assert strip_control_chars(f"a{char}[31mb") == "a[31mb"
