"""Redaction of streams, and of text that is hostile to the pattern."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.ai.redact.redactor import Redactor, redact
from tests.services.ai.redact.test_redactor import KEPT, PRIVATE_KEY, SECRETS

WORDS = [
    *(
        "password",
        "Passwort",
        "pw",
        "secret",
        "token",
        "api_key",
        "MFA code",
        "PIN",
        "creds",
        "key",
    ),
    *(
        " is ",
        " was changed to ",
        ": ",
        "=",
        " => ",
        " for the router",
        " (admin)",
        "new ",
        "reset ",
    ),
    *(
        "Hunter2!",
        "abc",
        "correcthorse",
        "expired",
        "493021",
        "0x80070005",
        "[redacted]",
        "[redacted",
    ),
    *(" ", "  ", "\n", "\t", '"', "'", ";", ",", ".", "]", ")", "@", "/", ":", "&", "?", "\\", "-"),
    *("https://bob:", "@host", "?sig=", "&key=", "Authorization: ", "Bearer ", "Basic ", "-u bob:"),
    *("net user bob ", "mysql -u root -p", "ConvertTo-SecureString ", "--password ", "/password:"),
    *("AKIAIOSFODNN7EXAMPLE", "sk-ant-api03-abcdefghijklmnop", "eyJhbGciOiJIUzI1NiJ9.eyJz.abc"),
    *("-----BEGIN ", "RSA PRIVATE KEY-----\n", "-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA"),
    *("123456-", "x" * 150, "y" * 410, "ä", "\u2028", PRIVATE_KEY),
]
parts = st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=25)
texts = parts.map("".join)
without_deadline = settings(deadline=None, database=None)
#: A text in single characters takes as many pieces as it has characters.
few_examples = settings(without_deadline, max_examples=40)


def redact_split(text: str, cuts: list[int]) -> str:
    """The result of a Redactor for the text, split at these positions."""
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    redactor = Redactor()
    fed = [redactor.feed(text[a:b]) for a, b in pairwise(places)]
    return "".join([*fed, redactor.close()])


@without_deadline
@given(texts, st.lists(st.integers(min_value=0)))
def test_chunks_are_redacted_like_the_whole_text(text, cuts):
    assert redact_split(text, cuts) == redact(text)


@few_examples
@given(texts)
def test_single_characters_are_redacted_like_the_whole_text(text):
    assert redact_split(text, list(range(len(text)))) == redact(text)


# Joined by spaces: without them, a second pass may redact more, never less.
@without_deadline
@given(parts.map(" ".join))
@example("Authorization: Bearer abcdefgh1.")
@example("/password::password")
@example("AKIAIOSFODNN7EXAMPLEAKIAIOSFODNN7EXAMPLE")
@example("password MFA code Hunter2! 493021")
def test_redaction_is_idempotent(text):
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("text", [text for text, _ in SECRETS] + KEPT)
def test_every_split_of_a_known_text_gives_the_same_result(text):
    whole = redact(text)
    assert all(redact_split(text, [cut]) == whole for cut in range(len(text)))


def test_complete_lines_are_released_at_once():
    redactor = Redactor()
    assert redactor.feed("All is well.\npassword: Hun") == "All is well.\n"
    assert redactor.feed("ter2!\nNext") == "password: [redacted]\n"
    assert redactor.close() == "Next"


def test_a_long_line_is_released_before_its_end():
    redactor = Redactor()
    assert len(redactor.feed("word " * 1_000)) > 4_000


HOSTILE = [
    "password: " + "." * 1_000_000 + "x",
    "a" * 1_000_000,
    "password " * 111_111,
    "password: a;" * 83_333,
    "://" * 333_333,
    "a://" + "b:" * 500_000,
    "-----BEGIN " * 90_909,
    "-----BEGIN RSA PRIVATE KEY-----\n" * 31_250,
    "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA" * 62_500,
    "mysql " * 166_666,
    "net user " * 111_111,
    "eyJ" * 333_333,
    "123456-" * 142_857,
    '"password"' * 100_000,
    "password is " + "a1" * 500_000,
    "reset a b c d " * 71_428,
    "pw" + " " * 1_000_000,
    "\n" * 1_000_000,
]


@pytest.mark.parametrize("size", [20_000, pytest.param(300_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_a_long_hostile_text_is_redacted_in_time(text, size):
    redact(text[:size])


@pytest.mark.parametrize(
    "opening", ["password: ", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"]
)
def test_an_endless_secret_in_many_chunks_is_redacted_in_time(opening):
    redactor = Redactor()
    released = [redactor.feed(opening), *(redactor.feed("abcd") for _ in range(10_000))]
    assert "".join([*released, redactor.close()]) == redact(opening + "abcd" * 10_000)
    assert "abcd" not in "".join(released)
    assert "".join(released).endswith("[redacted]")
