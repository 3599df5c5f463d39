"""What clients get in place of numbers that all accounts share."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import pagination
from queries.account_events import EventPosition
from queries.opaque_cursors import CursorCipher, create_nonce
from services.errors import InvalidCursor

ANA, EVE = UUID(int=7 << 64 | 1), UUID(int=7 << 64 | 2)
NONCE = create_nonce()
CIPHER = CursorCipher(b"k" * 32)
NUMBERS = st.integers(0, 2**63 - 1)


@given(NUMBERS)
def test_an_id_comes_back_and_stays_the_same(number):
    text = CIPHER.encrypt_event_id(ANA, number)
    assert CursorCipher(b"k" * 32).decrypt_event_id(ANA, text) == number
    assert CIPHER.encrypt_event_id(ANA, number) == text


@given(NUMBERS, NUMBERS)
def test_a_position_comes_back_and_looks_different_each_time(xact, id):
    position = EventPosition(xact, id)
    text = CIPHER.encrypt_position(ANA, position, create_nonce())
    assert CursorCipher(b"k" * 32).decrypt_position(ANA, text) == position
    assert CIPHER.encrypt_position(ANA, position, create_nonce()) != text


def test_neighbours_have_nothing_in_common():
    texts = [CIPHER.encrypt_event_id(ANA, number) for number in range(1, 1000)]
    assert len({text[:4] for text in texts}) > 990
    assert sorted(texts) != texts


@pytest.mark.parametrize("of", [EVE, ANA])
def test_another_account_or_key_cannot_use_them(of):
    other = CursorCipher(b"l" * 32) if of is ANA else CIPHER
    with pytest.raises(InvalidCursor):
        other.decrypt_event_id(of, CIPHER.encrypt_event_id(ANA, 1))
    with pytest.raises(InvalidCursor):
        other.decrypt_position(of, CIPHER.encrypt_position(ANA, EventPosition(1, 1), NONCE))


@pytest.mark.parametrize("text", ["", "é", "nonsense", "A" * 21, "A" * 22, "A" * 59, "A" * 10_000])
def test_nothing_else_is_taken_for_one(text):
    with pytest.raises(InvalidCursor):
        CIPHER.decrypt_event_id(ANA, text)
    with pytest.raises(InvalidCursor):
        CIPHER.decrypt_position(ANA, text)


@given(st.integers(0, 100))
def test_no_letter_of_one_can_be_changed(place):
    for text, read in (
        (CIPHER.encrypt_event_id(ANA, 5), CIPHER.decrypt_event_id),
        (
            CIPHER.encrypt_position(ANA, EventPosition(5, 6), NONCE),
            CIPHER.decrypt_position,
        ),
    ):
        at = place % len(text)
        letter = "A" if text[at] != "A" else "B"
        with pytest.raises(InvalidCursor):
            read(ANA, text[:at] + letter + text[at + 1 :])


def test_a_position_of_an_earlier_version_says_nothing():
    assert CIPHER.decrypt_position(ANA, pagination.encode_cursor(5, 6)) is None
