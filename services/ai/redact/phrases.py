"""Passwords that are plain words: only where the grammar leaves no other reading."""

import re
from collections.abc import Iterator

from services.ai.redact.reading import Span, Tokens
from services.ai.redact.values import is_plain_password
from services.ai.redact.words import COPULAS, NOT_SECRET, compile_pattern, named_span, word_list

AS = word_list("as_words")
DETERMINERS = word_list("determiners")
GIVING = word_list("giving_verbs")
#: Words that stand there and are no password: "his birthday as the password".
KINDS = word_list("kinds_of_passwords")
LOWER = re.compile(r"[a-zß-ÿąćęłńóśźżğışа-яё]{5,24}")
PHRASE_LABEL = re.compile(
    r"phrase|satz|sätze|zin\b|fras|sætning|фраз|フレーズ|master|haupt|maestr|maîtr|hoofd|główn|huvud|hoved|ana\s|мастер|マスター|vault|tresor|keepass",
    re.IGNORECASE,
)
#: Three to eight plain words behind a colon or a verb, up to the end of the clause.
PLAIN_WORDS = compile_pattern(
    r"^(?:\s[\pL\d.'’-]+){0,5}?\s?(?:[:=：]\s?|\s(?:is|was|reads|ist|war|lautet|est|était|es|era|é|è|to|är|er|это)(?:\s|:\s))[\"'“„«]?"
    r"(?P<value>\pL+(?:[ -]\pL+){2,7})[\"'”“»]?\s{0,2}(?:[.,;()!?。、（\n]|$|-\s|–)"
)


def find_word(line: str, tokens: Tokens, label: Span) -> Iterator[Span]:
    """ "I type meadow as the password", "meadow is the old password", "meadow, my mail password,"."""
    last = tokens.first_at(label[0])
    begin = tokens.first_at(tokens.sentence_of(label[0])[0])
    index = last - 1
    while index >= begin and last - index <= 3 and tokens.folded[index] not in AS | COPULAS:
        if line[tokens.raw[index][1] - 1] == ",":
            break
        index -= 1
    if index <= begin - 1 or last - index > 4:
        return
    has_determiner = any(word in DETERMINERS for word in tokens.folded[index + 1 : last])
    if tokens.folded[index] in AS:
        if index - 1 > begin and is_given(tokens, index - 1, begin):
            yield tokens.spans[index - 1]
    elif tokens.folded[index] in COPULAS:
        if index - 1 == begin and has_determiner and is_password_word(tokens, begin):
            yield tokens.spans[begin]
    elif (
        has_determiner
        and line[label[1] : label[1] + 1] in (",", ".")
        and is_given(tokens, index, begin)
    ):
        yield tokens.spans[index]


def is_given(tokens: Tokens, index: int, begin: int) -> bool:
    """Whether a verb of giving or typing leads to the plain word."""
    before = tokens.folded[max(begin, index - 3) : index]
    return (
        index > begin
        and bool(before)
        and before[-1] not in DETERMINERS
        and not GIVING.isdisjoint(before)
        and is_password_word(tokens, index)
    )


def is_password_word(tokens: Tokens, index: int) -> bool:
    word = tokens.words[index]
    return (
        LOWER.fullmatch(word) is not None
        and word not in KINDS
        and word not in DETERMINERS
        and is_plain_password(word)
    )


def find_phrase(line: str, label: Span) -> Iterator[Span]:
    """The plain words of a passphrase, behind a label that says that it is one."""
    if not PHRASE_LABEL.search(line, max(0, label[0] - 24), label[1] + 24):
        return
    match = PLAIN_WORDS.search(line[label[1] : label[1] + 240])
    if match is None:
        return
    words = match["value"].casefold().replace("-", " ").split()
    if not all(3 <= len(word) <= 12 for word in words):
        return
    if NOT_SECRET.isdisjoint(words) and match["value"].islower():
        start, end = named_span(match, "value")
        yield start + label[1], end + label[1]
