"""What the search index stores of a session.

All its words without positions, so that the entry only grows by new words; and those of title,
summary, intake and resolution a second time with weights, for the rank of a match.

A text takes at most some milliseconds at a time: between its pieces the event loop runs.
"""

import asyncio
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.text_search.word_analysis import find_tokens, token_lexemes

#: Of a longer text, beginning and end are indexed: the last lines of a log tell the error.
HEAD_CHARS = TAIL_CHARS = 20_000
#: Distinct words of one text, and their size.
TEXT_LEXEMES, TEXT_BYTES = 16_000, 200_000
#: Of work without a pause, and characters of a token that are analysed together.
SLICE_SECONDS, TOKEN_CHARS = 0.004, 2_000
#: An entry with more takes no further texts.
ENTRY_LEXEMES = 20_000
#: A tsvector is limited to 1 MB, and an entry that has half of it takes no more.
ENTRY_BYTES = 300_000
#: The rest of a longer text has no weight; the summary says what it is about.
WEIGHTED_CHARS = 1_000
#: Sessions whose weights are kept: each message of a session writes them again.
CACHED_WEIGHTS = 200
#: Postgres counts no further, and keeps so many positions of a word.
LAST_POSITION, POSITIONS = 16_000, 100


@dataclass(frozen=True, slots=True)
class WeightedTexts:
    """Texts by which matches are ordered, in falling weight."""

    title: str | None
    problem: tuple[str | None, ...]
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
        tokens = dict.fromkeys(token[0] for token in find_tokens(piece))
        paused = time.monotonic()
        for token in itertools.chain.from_iterable(map(split_long_token, tokens)):
            before = len(found)
            lexemes = token_lexemes(token)
            found.update(dict.fromkeys(lexemes))
            if len(found) > before:
                size += sum(map(len, lexemes)) * (1 if piece.isascii() else 3)
            if size > TEXT_BYTES or len(found) > most:
                break
            if time.monotonic() - paused > SLICE_SECONDS:
                await asyncio.sleep(0)
                paused = time.monotonic()


def split_long_token(token: str) -> Iterator[str]:
    """A text without spaces is one token: pairs of its characters stay together."""
    for start in range(0, len(token), TOKEN_CHARS):
        yield token[start : start + TOKEN_CHARS + 1]


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


@lru_cache(CACHED_WEIGHTS)
def format_weighted(texts: WeightedTexts) -> str:
    """The literal of a tsvector with weights."""
    places: dict[str, list[str]] = {}
    position = 0
    weighted = [("A", (texts.title,)), ("B", texts.problem), ("C", (texts.resolution,))]
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
