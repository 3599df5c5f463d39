"""A search text as a condition on the index.

The language is that of web searches: words are all required, `or` separates alternatives, quotes
keep words together, and a minus before a letter or a quote excludes. A minus before a digit belongs
to a number.

A search has two conditions. The *exact* one asks for the words as they are, in any grammatical
form. The *widened* one also asks for longer words that begin with them. Whoever searches asks with
the exact one first, and widens if it finds few: see docs/adr/0042.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from services.text_search import word_analysis
from services.text_search.folding import fold_text
from services.text_search.word_analysis import STOP_WORDS, WORD_CHARS

#: A shorter word is the beginning of too many.
PREFIX_CHARS = 3
#: Characters of a script without spaces that are asked for together.
RUN_CHARS = 32
#: Searches that are parsed once: a page, its count and its fragments have the same.
CACHED_SEARCHES = 500
#: Ends of a token that is longer than what the index stores of it.
LONG_TOKEN_ENDS = 8

TERM = re.compile(r'(?P<minus>-*)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
#: With these, a word that is cut off within its ending is completed: the stem of `certificate` is
#: shorter than `certificat`.
ENDINGS = """
    ication ications icate icates icated ifying ification ization izations izing ized izes ational
    ations ation ating ated ates ate ions ion ings ing ed es er ers ment ments ness ful ally ity
    ities ive ively able ably ence ences ent ance ances ant ously ous y ies ied s e
    """.split()  # noqa: SIM905 - one word a line is too long to read
COMPLETIONS = tuple(sorted({word[start:] for word in ENDINGS for start in range(len(word))}))


@dataclass(frozen=True, slots=True)
class Term:
    """One word or token of a search: conditions in the language of `tsquery`."""

    exact: str
    widened: str
    is_stop_word: bool = False
    is_excluded: bool = False
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The conditions of a search; equal if there is nothing to widen."""

    exact: str
    widened: str
    #: The tokens and words that are looked for, without what is excluded.
    wanted: tuple[str, ...]


@lru_cache(CACHED_SEARCHES)
def parse_search(text: str | None) -> SearchQuery | None:
    """None for a search without any word: it excludes nothing."""
    groups: list[list[Term]] = [[]]
    for match in TERM.finditer(text or ""):
        word, phrase, minus = match["word"], match["phrase"], match["minus"]
        if word is not None and not minus and word.lower() == "or" and groups[-1]:
            groups.append([])
            continue
        given = phrase if word is None else word
        is_excluded = bool(minus) and (word is None or not word[:1].isdecimal())
        tokens = [token[0] for token in word_analysis.find_tokens(given)]
        if tokens:
            groups[-1].append(combine_terms([token_term(each) for each in tokens], is_excluded))
    if len(groups) > 1 and not groups[-1]:
        # The last word is `or`: nothing to separate.
        groups.pop()
    groups = [terms for group in groups if (terms := drop_stop_words(group))]
    if not groups:
        return parse_operator(text)
    exact = any_of(all_of(exclude_term(term, term.exact) for term in group) for group in groups)
    widened = any_of(all_of(exclude_term(term, term.widened) for term in group) for group in groups)
    wanted = [t for group in groups for term in group if not term.is_excluded for t in term.tokens]
    return SearchQuery(exact, widened, tuple(dict.fromkeys(wanted)))


def parse_operator(text: str | None) -> SearchQuery | None:
    """A search for the word `or`."""
    words = (text or "").split()
    if not words or any(word.lower() != "or" for word in words):
        return None
    return SearchQuery("'or'", "'or'", ("or",))


def drop_stop_words(group: Sequence[Term]) -> list[Term]:
    """The terms without words that are in most texts, unless there are no others."""
    others = [term for term in group if not term.is_stop_word]
    if any(not term.is_excluded for term in others):
        return others
    return list(group)


def combine_terms(terms: Sequence[Term], is_excluded: bool) -> Term:
    """A phrase is a conjunction: the index has no positions."""
    others = [term for term in terms if not term.is_stop_word]
    asked = others or terms
    exact, widened = (all_of(getattr(t, name) for t in asked) for name in ("exact", "widened"))
    is_stop_word = not others
    if is_excluded and len(asked) == 1 and "." not in exact:
        # Who excludes `print` does not mean `printer`.
        widened = exact
    return Term(exact, widened, is_stop_word, is_excluded, sum((t.tokens for t in asked), ()))


def exclude_term(term: Term, condition: str) -> str:
    return f"!{condition}" if term.is_excluded else condition


def token_term(token: str) -> Term:
    return replace(analyze_searched(token), tokens=(token,))


def analyze_searched(token: str) -> Term:
    parts = word_analysis.split_token(token)
    if len(parts) == 1:
        return part_term(parts[0])
    terms = [part_term(part) for part in parts]
    all_parts = Term(all_of(t.exact for t in terms), all_of(t.widened for t in terms))
    folded = word_analysis.fold_parts(parts)
    if any(word_analysis.UNSPACED_RUN.search(part) for part in folded):
        return all_parts
    chain = chain_condition(folded)
    alternatives = [Term(chain, chain)]
    if word_analysis.is_joined_pair(token):
        alternatives.append(part_term("".join(parts)))
    if word_analysis.HYPHENATED.fullmatch(token) and all(part.isalpha() for part in parts):
        # `paper-jam` is also written as two words.
        alternatives.append(all_parts)
    return Term(any_of(t.exact for t in alternatives), any_of(t.widened for t in alternatives))


def chain_condition(folded: list[str]) -> str:
    """A condition for parts that follow each other, also as the beginning of a longer token: few
    words of the index have the same beginning. A number at the end is complete: `10.0.0.1` is not
    the beginning of `10.0.0.15`."""
    chain = word_analysis.join_parts(folded)
    if len(".".join(folded)) > WORD_CHARS:
        return long_chain_condition(folded)
    if folded[-1].isdecimal():
        return any_of([quote_lexeme(chain), quote_lexeme(chain + ".", ":*")])
    return quote_lexeme(chain, ":*")


def long_chain_condition(folded: list[str]) -> str:
    """The index has only the beginning of each end of such a token: ask for several ends."""
    ends = [".".join(folded[start:]) for start in range(len(folded) - 1)]
    step = max(1, len(ends) // LONG_TOKEN_ENDS)
    chosen = [
        quote_lexeme(end[:WORD_CHARS].rstrip("."), ":*") for end in ends[::step][:LONG_TOKEN_ENDS]
    ]
    return all_of(chosen)


def part_term(part: str) -> Term:
    exact, widened = [], []
    for place, run in enumerate(word_analysis.UNSPACED_RUN.split(part)):
        if place % 2:
            condition = run_condition(run[:RUN_CHARS])
            exact.append(condition)
            widened.append(condition)
        elif run:
            word = fold_text(run)[:WORD_CHARS]
            exact.append(quote_lexeme(word_analysis.word_lexeme(word)))
            widened.append(widen_word(word))
    is_stop_word = part.isalpha() and fold_text(part) in STOP_WORDS
    return Term(all_of(exact), all_of(widened), is_stop_word)


def run_condition(run: str) -> str:
    if len(run) == 1:
        return quote_lexeme(run, ":*")
    return all_of(map(quote_lexeme, dict.fromkeys(word_analysis.character_pairs(run))))


def widen_word(word: str) -> str:
    stem = word_analysis.word_lexeme(word)
    if len(word) < PREFIX_CHARS or word in STOP_WORDS:
        return quote_lexeme(stem)
    alternatives = [quote_lexeme(word, ":*")]
    if not stem.startswith(word):
        alternatives.append(quote_lexeme(stem))
    return any_of([*alternatives, *map(quote_lexeme, completed_stems(word) - {stem})])


def completed_stems(word: str) -> set[str]:
    """Stems of longer words that are shorter than this beginning of them."""
    if not (word.isascii() and word.isalpha()):
        return set()
    stems = {word_analysis.stem_word(word + ending) for ending in COMPLETIONS}
    return {s for s in stems if PREFIX_CHARS < len(s) < len(word) and word.startswith(s)}


def quote_lexeme(lexeme: str, mark: str = "") -> str:
    """Lexemes have letters, digits and points only."""
    return f"'{lexeme}'{mark}"


def all_of(conditions: Iterable[str]) -> str:
    return join_conditions(" & ", conditions)


def any_of(conditions: Iterable[str]) -> str:
    return join_conditions(" | ", conditions)


def join_conditions(operator: str, conditions: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(conditions))
    return distinct[0] if len(distinct) == 1 else f"({operator.join(distinct)})"
