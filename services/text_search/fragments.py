"""Fragments of texts around the words that a search has found, with the words marked.

A text is read with the same analysis as for the index, so that what is marked is what was found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from services.text_search import word_analysis
from services.text_search.folding import fold_text, strip_marks
from services.text_search.search_query import PREFIX_CHARS, SearchQuery, completed_stems

#: Characters of a fragment, and of those before the first marked word.
FRAGMENT_CHARS, LEAD_CHARS = 180, 50
#: Words of a search that a pattern looks for; the others are marked as well.
PATTERN_TOKENS = 8
#: Where letters with accents are: Latin, Greek, Cyrillic.
ACCENTED_CODES = (*range(0xC0, 0x180), *range(0x370, 0x500))
ELLIPSIS = "…"

Span = tuple[int, int]


class FragmentPart(NamedTuple):
    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class SearchedWords:
    """What a search marks in a text."""

    lexemes: frozenset[str]
    #: Beginnings of lexemes.
    prefixes: tuple[str, ...]
    #: Runs of a script without spaces.
    runs: tuple[str, ...]

    def has(self, lexemes: tuple[str, ...] | list[str]) -> bool:
        return any(each in self.lexemes or each.startswith(self.prefixes) for each in lexemes)


@lru_cache(100)
def collect_words(search: SearchQuery) -> SearchedWords:
    lexemes: set[str] = set()
    prefixes: list[str] = []
    runs: list[str] = []
    for token in search.wanted:
        parts = word_analysis.split_token(token)
        folded = word_analysis.fold_parts(parts)
        runs += (run for part in folded for run in word_analysis.UNSPACED_RUN.findall(part))
        if len(parts) > 1:
            chain = word_analysis.join_parts(folded)
            lexemes.add(chain)
            prefixes.append(chain + ("." if folded[-1].isdecimal() else ""))
            folded = folded if word_analysis.HYPHENATED.fullmatch(token) else []
        for word in folded:
            if word_analysis.UNSPACED_RUN.search(word) is None:
                lexemes |= {word_analysis.word_lexeme(word), *completed_stems(word)}
                prefixes += [word] if is_prefix(word) else []
    return SearchedWords(frozenset(lexemes), tuple(prefixes), tuple(runs))


def is_prefix(word: str) -> bool:
    return len(word) >= PREFIX_CHARS and word not in word_analysis.STOP_WORDS


def build_fragment(text: str, search: SearchQuery) -> list[FragmentPart] | None:
    """The part of a text with most of the words; None if there are none."""
    spans = list(find_matches(text, collect_words(search)))
    if not spans:
        return None
    start, end = choose_window(text, spans)
    inside = [span for span in spans if span[0] >= start and span[1] <= end]
    return list(cut_parts(text, start, end, inside))


def find_matches(text: str, words: SearchedWords) -> Iterator[Span]:
    """Spans of the matching words, in their order."""
    for token in word_analysis.find_tokens(text):
        raw, at = token[0], token.start()
        if words.runs and (found := list(find_runs(raw, words.runs))):
            yield from ((at + start, at + end) for start, end in found)
        elif words.has(word_analysis.token_lexemes(raw)):
            parts = list(matching_parts(raw, words))
            yield from ((at + start, at + end) for start, end in parts or [(0, len(raw))])


def matching_parts(token: str, words: SearchedWords) -> Iterator[Span]:
    for part in re.finditer(r"[^-._/\\:@+~#%&=?$]+", token):
        if words.has(word_analysis.part_lexemes(strip_marks(part[0]))):
            yield part.span()


def find_runs(token: str, runs: tuple[str, ...]) -> Iterator[Span]:
    folded = fold_text(token)
    if len(folded) == len(token):
        pattern = "|".join(map(re.escape, sorted(runs, key=len, reverse=True)))
        yield from (found.span() for found in re.finditer(pattern, folded))
    elif any(run in folded for run in runs):
        yield 0, min(len(token), FRAGMENT_CHARS)


def choose_window(text: str, spans: list[Span]) -> Span:
    """The window that has most matches, from a border of words to another."""
    best, most = spans[0][0], 0
    for number, (start, _) in enumerate(spans):
        room = start + FRAGMENT_CHARS - LEAD_CHARS
        count = sum(1 for span in spans[number : number + 20] if span[1] <= room)
        if count > most:
            best, most = start, count
    start = max(0, best - LEAD_CHARS)
    if start:
        space = re.search(r"\s", text[start:best])
        start = start + space.end() if space else start
    end = min(len(text), start + FRAGMENT_CHARS)
    if end < len(text):
        cut = text.rfind(" ", best + 1, end)
        end = cut if cut > best + FRAGMENT_CHARS // 3 else end
    return start, end


def cut_parts(text: str, start: int, end: int, spans: list[Span]) -> Iterator[FragmentPart]:
    """White space becomes one space: a fragment is one line."""
    place = start
    lead = ELLIPSIS if start else ""
    for begin, close in spans:
        if between := lead + collapse_spaces(text[place:begin]):
            yield FragmentPart(between, False)
        yield FragmentPart(collapse_spaces(text[begin:close]), True)
        place, lead = close, ""
    if rest := lead + collapse_spaces(text[place:end]) + (ELLIPSIS if end < len(text) else ""):
        yield FragmentPart(rest, False)


def collapse_spaces(text: str) -> str:
    return re.sub(r"\s+", " ", text)


# Patterns


def accented_letters() -> dict[str, str]:
    """The letters that fold to a letter, by that letter."""
    letters: dict[str, str] = {}
    for code in ACCENTED_CODES:
        folded = fold_text(chr(code))
        small = chr(code).lower()
        if len(folded) == 1 and folded != small:
            # Not each letter has a small one of its own.
            letters[folded] = letters.get(folded, "") + (small if len(small) == 1 else chr(code))
    return {folded: "".join(dict.fromkeys(forms)) for folded, forms in letters.items()}


LETTER_FORMS = accented_letters()
#: Letters that fold to several, by these. Texts that are copied from a PDF have the last ones.
COMPOSED_FORMS = {fold_text(letter): letter for letter in "ßæœþĳﬀﬁﬂﬃﬄ"}
SPELLED_PIECE = re.compile(
    "|".join([*sorted(COMPOSED_FORMS, key=len, reverse=True), "."]), re.DOTALL
)


def build_pattern(search: SearchQuery) -> str | None:
    """A regular expression of Postgres that finds candidates; `build_fragment` decides."""
    patterns = [token_pattern(token) for token in search.wanted[:PATTERN_TOKENS]]
    return "|".join(dict.fromkeys(patterns)) or None


def token_pattern(token: str) -> str:
    parts = word_analysis.split_token(token)
    if len(parts) == 1:
        return word_pattern(parts[0])
    together = "[^[:alnum:]]*".join(map(letters_pattern, word_analysis.fold_parts(parts)))
    if word_analysis.HYPHENATED.fullmatch(token):
        return "|".join([together, *map(word_pattern, parts)])
    return together


def word_pattern(part: str) -> str:
    """What all forms of a word begin with."""
    word = fold_text(part)[: word_analysis.WORD_CHARS]
    if word_analysis.UNSPACED_RUN.search(word):
        return letters_pattern(word)
    if not is_prefix(word):
        # Too short to look for inside of others.
        return rf"\m{letters_pattern(word)}\M"
    forms = [word_analysis.word_lexeme(word), *completed_stems(word)]
    root = word
    while not all(form.startswith(root) for form in forms):
        root = root[:-1]
    return letters_pattern(root if len(root) >= PREFIX_CHARS else word)


def letters_pattern(word: str) -> str:
    """Each letter with or without accents, composed or decomposed."""
    if word.isdecimal():
        return word
    return "".join(map(piece_pattern, SPELLED_PIECE.findall(word)))


def piece_pattern(piece: str) -> str:
    letters = "".join(
        f"[{letter}{LETTER_FORMS[letter]}][\u0300-\u036f]*" if letter in LETTER_FORMS else letter
        for letter in piece
    )
    return f"(?:{letters}|{COMPOSED_FORMS[piece]})" if piece in COMPOSED_FORMS else letters
