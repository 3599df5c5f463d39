"""Words of a text, as the search index stores them and as a search asks for them.

A *token* is a run of letters and digits with signs between them, without white space: a word, or an
address, path, version or identifier as a whole. Its *parts* are what the signs separate. The index
stores for each token

- each part, by its stem;
- of a part that is composed (`KB5034441`, `NullReferenceException`), its ends from each border of
  letters and digits and from each capital: `5034441`, `referenceexception`, `exception`;
- of a token with several parts, its ends from each part: `dc01.corp.local`, `corp.local`. All signs
  count as one, so that `nas01/backup` is `nas01\\backup`. Of `v10.20.30` also `10.20.30`;
- of a script without spaces, each pair of neighbouring characters, and the last character.

So the beginning of a stored word is found by prefix, and any inner part is the beginning of a
stored end. Texts and searches go through the same functions.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]

from services.text_search.folding import DROPPED_RANGES, fold_text, strip_marks

#: Longer words are cut, in texts and in searches.
WORD_CHARS = 64
#: Parts of a token; what follows is a token of its own.
TOKEN_PARTS = 32
#: A part with more pieces is a key or a checksum rather than a name.
PIECES = 4
#: Tokens that are analysed once: most words of a text are frequent.
CACHED_TOKENS = 20_000
CACHED_CHARS = 64

#: Marks within words of scripts whose vowels are marks, from India to Cambodia.
VOWEL_RANGES = (
    "\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd\u0f18-\u0fbc\u102b-\u103e\u1056-\u109d"
    "\u17b4-\u17d3\u3099\u309a"
)
#: Scripts that write words without spaces between them, and Korean, whose words take endings.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3105-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
SIGN = r"[-._/\\:@+~#%&=?$]"


def token_pattern(part: str) -> re.Pattern[str]:
    return re.compile(rf"{part}(?:{SIGN}++{part}){{0,{TOKEN_PARTS - 1}}}")


#: The second is the first for texts that have only such characters, at a third of its time.
TOKEN = token_pattern(rf"[^\W_]++(?:[{DROPPED_RANGES}{VOWEL_RANGES}]++[^\W_]*+)*+")
ASCII_TOKEN = token_pattern(r"[a-zA-Z0-9]++")
PART = re.compile(rf"(?:[^\W_]|[{VOWEL_RANGES}])+")
UNSPACED_RUN = re.compile(f"([{UNSPACED}]+)")
PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^A-Za-z0-9]+")
HEX_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+")
HYPHENATED = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
#: Two parts that are often written as one: `Wi-Fi`, `INC-004512`.
JOINED_PAIR = re.compile(r"[^\W_]+[-_][^\W_]+")

#: The first part of a version, which is also written without its letter: `v10.20.30`.
VERSION_START = re.compile(r"v[0-9]+")

STOP_WORDS = frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she
    her hers herself it its itself they them their theirs themselves what which who whom this that
    these those am is are was were be been being have has had having do does did doing a an the and
    but if or because as until while of at by for with about against between into through during
    before after above below to from up down in out on off over under again further then once here
    there when where why how all any both each few more most other some such no nor not only own
    same so than too very s t can will just don should now
    """.split()  # noqa: SIM905 - one word a line is too long to read
)

stem_word: Callable[[str], str] = Stemmer.Stemmer("english", CACHED_TOKENS).stemWord


def find_tokens(text: str) -> Iterator[re.Match[str]]:
    """The tokens of a text, in their order."""
    return (ASCII_TOKEN if text.isascii() else TOKEN).finditer(text)


def token_lexemes(token: str) -> tuple[str, ...]:
    """What the index stores of a token: letters, digits and points only. The first ones are those
    of its parts."""
    return cached_lexemes(token) if len(token) <= CACHED_CHARS else analyze_token(token)


def analyze_token(token: str) -> tuple[str, ...]:
    parts = split_token(token)
    lexemes = [lexeme for part in parts for lexeme in part_lexemes(part)]
    if len(parts) > 1:
        folded = fold_parts(parts)
        lexemes += (join_parts(folded[start:]) for start in range(len(folded) - 1))
        lexemes += (
            join_parts([part[1:], *folded[start + 1 :]])
            for start, part in enumerate(folded[:-1])
            if VERSION_START.fullmatch(part)
        )
        if is_joined_pair(token):
            lexemes.append(word_lexeme("".join(folded)))
    return tuple(dict.fromkeys(lexemes))


cached_lexemes = lru_cache(CACHED_TOKENS)(analyze_token)


def split_token(token: str) -> list[str]:
    """The parts of a token, without marks, in their case."""
    return PART.findall(strip_marks(token))


def fold_parts(parts: list[str]) -> list[str]:
    return [fold_text(part) for part in parts]


def join_parts(folded: list[str]) -> str:
    return ".".join(folded)[:WORD_CHARS].rstrip(".")


def is_joined_pair(token: str) -> bool:
    return JOINED_PAIR.fullmatch(strip_marks(token)) is not None


def part_lexemes(part: str) -> list[str]:
    if part.isascii():
        return spaced_lexemes(part)
    lexemes: list[str] = []
    for place, run in enumerate(UNSPACED_RUN.split(part)):
        if place % 2:
            lexemes += character_pairs(run)
            lexemes.append(run[-1])
        elif run:
            lexemes += spaced_lexemes(run)
    return lexemes


def spaced_lexemes(part: str) -> list[str]:
    return [word_lexeme(fold_text(word)) for word in (part, *part_ends(part[:WORD_CHARS]))]


def part_ends(part: str) -> list[str]:
    """The ends of a composed part. A single letter or digit at its border begins none."""
    if part.isdecimal() or (part.isalpha() and part.islower()):
        return []
    if HEX_NUMBER.fullmatch(part):
        return [part[2:]]
    pieces = PIECE.findall(part)
    if not 1 < len(pieces) <= PIECES:
        return []
    return ["".join(pieces[start:]) for start in range(1, len(pieces)) if len(pieces[start]) > 1]


def word_lexeme(folded: str) -> str:
    """The stem of a word. A word that is in most texts keeps its form, so that `IT` is not
    `its`."""
    word = folded[:WORD_CHARS]
    if word in STOP_WORDS or not word.isalpha():
        return word
    return stem_word(word)


def character_pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)]
