"""What the search index stores of a session.

All its words without positions, so that the entry only grows by new words; and those of title,
summary, intake and resolution a second time with weights, for the rank of a match.

A text takes at most some milliseconds at a time: between its pieces the event loop runs.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.text_search.word_analysis import find_tokens, token_lexemes

#: Of a longer text, beginning and end are indexed: the last lines of a log tell the error.
HEAD_CHARS = TAIL_CHARS = 20_000
#: Distinct words of one text, and their size.
TEXT_LEXEMES, TEXT_BYTES = 16_000, 200_000
#: Tokens that are analysed without a pause: at most 8 ms if none of them is known.
TOKENS_AT_ONCE = 500
#: An entry with more takes no further texts.
ENTRY_LEXEMES = 20_000
#: A tsvector is limited to 1 MB, and an entry that has half of it takes no more.
ENTRY_BYTES = 300_000
#: The rest of a longer text has no weight; the summary says what it is about.
WEIGHTED_CHARS = 1_000
#: Postgres counts no further, and keeps so many positions of a word.
LAST_POSITION, POSITIONS = 16_000, 100


@dataclass(frozen=True, slots=True)
class WeightedTexts:
    """Texts by which matches are ordered, in falling weight."""

    title: str | None
    problem: Sequence[str | None]
    resolution: str | None


async def collect_lexemes(texts: Iterable[str]) -> list[str]:
    """The distinct lexemes of texts, until there are as many as an entry takes."""
    found: dict[str, None] = {}
    for text in texts:
        if len(found) > ENTRY_LEXEMES:
            break
        await add_lexemes(found, text)
    return list(found)


async def add_lexemes(found: dict[str, None], text: str) -> None:
    for piece in indexed_pieces(text):
        most, size = len(found) + TEXT_LEXEMES, 0
        for number, token in enumerate(find_tokens(piece), 1):
            before = len(found)
            lexemes = token_lexemes(token[0])
            found.update(dict.fromkeys(lexemes))
            if len(found) > before:
                size += sum(map(len, lexemes)) * (1 if piece.isascii() else 3)
            if size > TEXT_BYTES or len(found) > most:
                break
            if number % TOKENS_AT_ONCE == 0:
                await asyncio.sleep(0)


def indexed_pieces(text: str) -> Iterator[str]:
    if len(text) <= HEAD_CHARS + TAIL_CHARS:
        yield text
    else:
        yield text[:HEAD_CHARS]
        yield text[-TAIL_CHARS:]


def split_lexemes(lexemes: Sequence[str]) -> Iterator[list[str]]:
    """Portions of lexemes that a tsvector can take."""
    portion: list[str] = []
    size = 0
    for lexeme in lexemes:
        size += len(lexeme.encode())
        if size > ENTRY_BYTES:
            yield portion
            portion, size = [], len(lexeme.encode())
        portion.append(lexeme)
    yield portion


def format_weighted(texts: WeightedTexts) -> str:
    """The literal of a tsvector with weights."""
    places: dict[str, list[str]] = {}
    position = 0
    weighted = [("A", [texts.title]), ("B", texts.problem), ("C", [texts.resolution])]
    for weight, of_weight in weighted:
        for text in of_weight:
            for token in find_tokens((text or "")[:WEIGHTED_CHARS]):
                position = min(position + 1, LAST_POSITION)
                for lexeme in token_lexemes(token[0]):
                    places.setdefault(lexeme, []).append(f"{position}{weight}")
    return " ".join(f"'{word}':{','.join(at[:POSITIONS])}" for word, at in places.items())


def format_lexemes(lexemes: Iterable[str]) -> str:
    """The literal of a tsvector without positions."""
    return " ".join(f"'{lexeme}'" for lexeme in lexemes)
