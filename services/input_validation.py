"""Validates and normalizes the texts and timestamps that clients send."""

import re
import unicodedata
from datetime import UTC, datetime

from services.errors import InvalidInput
from services.limits import SearchLimits


def validate_timestamp(timestamp: datetime | None, field: str) -> None:
    """Raises InvalidInput for a timestamp without time zone, or outside the years 1 to 9999 UTC."""
    if timestamp is not None and timestamp.tzinfo is None:
        message = f"`{name_of(field)}` needs a time zone, as in 2026-01-31T08:00:00Z."
        raise InvalidInput(message, field)
    try:
        if timestamp is not None:
            timestamp.astimezone(UTC)
    except (OverflowError, ValueError):
        message = f"`{name_of(field)}` must be between the years 1 and 9999."
        raise InvalidInput(message, field) from None


def name_of(field: str) -> str:
    """The last part of the path of a field."""
    return field.rpartition(".")[2]


#: Characters that Postgres cannot store in text or JSON: NUL and unpaired surrogates.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    return UNSTORABLE.search(text) is None


def replace_unstorable(text: str) -> str:
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


#: Characters that show nothing: white space, controls, format characters (zero-width, direction),
#: and the letters and marks that Unicode defines as invisible fillers.
BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
BLANK_CHARACTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
VARIATION_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def is_blank(text: str) -> bool:
    """Whether a text shows nothing."""
    # Few different characters show nothing: a long text of them takes about as long as a short one.
    return all(map(is_invisible, text[:100])) and all(map(is_invisible, set(text)))


def is_invisible(character: str) -> bool:
    return (
        unicodedata.category(character) in BLANK_CATEGORIES
        or character in BLANK_CHARACTERS
        or character in VARIATION_SELECTORS
    )


def require_text(text: str | None, what: str, field: str, *, at_most: int) -> str:
    """The text without surrounding whitespace. Raises InvalidInput if it is blank or too long;
    `field` is where a client wrote it."""
    text = optional_text(text, what, field, at_most=at_most)
    if text is None:
        raise InvalidInput(f"{what} must not be empty.", field)
    return text


def optional_text(text: str | None, what: str, field: str, *, at_most: int) -> str | None:
    """The same; None if it is blank. Raises InvalidInput if it is too long."""
    # A text of any length arrives here: nothing looks at each of its characters before this check.
    text = replace_unstorable(check_length((text or "").strip(), what, field, at_most=at_most))
    return None if is_blank(text) else text


def check_filter_text(text: str | None, field: str, *, at_most: int) -> None:
    """For a text that rows are compared with: no row has a longer one, or one that cannot be
    stored. Raises InvalidInput."""
    if text is None:
        return
    check_length(text, f"`{name_of(field)}`", field, at_most=at_most)
    if not is_storable(text):
        message = f"`{name_of(field)}` contains a NUL character or an unpaired surrogate."
        raise InvalidInput(message, field)


#: Postgres finds no more words than this, apart from those that it composes of several.
WORD = re.compile(r"[^\W_]+")
NEGATIONS = 20
#: Postgres has an internal error after 32 minus signs in a row. It skips these characters between.
TOO_MANY_NEGATIONS = re.compile(rf"(?:-[\s!&|()]*){{{NEGATIONS + 1}}}")


def check_search_text(text: str | None, field: str, limits: SearchLimits) -> None:
    """For every text that becomes a search. `or` counts as a word. Raises InvalidInput."""
    if text is None:
        return
    check_filter_text(text, field, at_most=limits.chars)
    if TOO_MANY_NEGATIONS.search(text):
        message = f"`{name_of(field)}` has more than {NEGATIONS} minus signs in a row."
        raise InvalidInput(message, field)
    words = len(WORD.findall(text))
    if words > limits.words:
        message = f"`{name_of(field)}` has {words:,} words; at most {limits.words:,} are allowed."
        raise InvalidInput(message, field)


def check_length(text: str, what: str, field: str, *, at_most: int) -> str:
    if len(text) > at_most:
        message = f"{what} has {len(text):,} characters; at most {at_most:,} are allowed."
        raise InvalidInput(message, field)
    return text


def truncate_words(text: str, *, at_most: int = 80) -> str:
    """The beginning of a text on one line, truncated at the end of a word."""
    line = " ".join(text.split())
    if len(line) <= at_most:
        return line
    return line[:at_most].rsplit(" ", 1)[0].rstrip(" ,.;:-") + "…"
