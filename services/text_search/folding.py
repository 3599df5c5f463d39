"""Folding: texts that people take for the same become the same text.

`queries.user_list` has the same rules as an SQL expression; a test compares the two.
"""

import re
import unicodedata

#: Letters that Unicode does not decompose into a base letter and marks.
SINGLE_LETTERS = {
    "ß": "ss",
    "ẞ": "SS",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "TH",
    "ħ": "h",
    "Ħ": "H",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
}
#: Ranges of a character class: accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel
#: marks, and format characters that show nothing.
DROPPED_RANGES = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u2069\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
)
DROPPED = re.compile(f"[{DROPPED_RANGES}]+")
LETTER_TABLE = str.maketrans(SINGLE_LETTERS)


def strip_marks(text: str) -> str:
    """Compatibility forms, NFC or NFD, wide or narrow, with or without accents: one of them. Keeps
    the case."""
    if text.isascii():
        return text
    decomposed = DROPPED.sub("", unicodedata.normalize("NFKD", text))
    # Composed again, because the syllables of Korean are decomposed as well.
    return unicodedata.normalize("NFC", decomposed).translate(LETTER_TABLE)


def fold_text(text: str) -> str:
    """The text as search compares it: without case and without marks."""
    # A capital letter can have a small one with a mark.
    return strip_marks(strip_marks(text).lower())
