"""Excerpts of long texts: their beginnings, and fragments around the words of a search. Lists read
no more of a text than the operation selects."""

from typing import Annotated, Self

import strawberry

from execution.field_metadata import MAX_ITEMS
from execution.selected_fields import FieldNames
from queries.full_text import SearchHit, SessionSearchSource
from schema import ids
from services.errors import InvalidInput

EXCERPT_CHARS = 2_000
DEFAULT_EXCERPT_CHARS = 300

ExcerptLength = Annotated[
    int,
    strawberry.argument(description=f"Number of characters, 1 to {EXCERPT_CHARS:,}."),
]


def excerpt(text: str, chars: int) -> str:
    """Raises InvalidInput."""
    if not 0 < chars <= EXCERPT_CHARS:
        raise InvalidInput(f"`first` must be between 1 and {EXCERPT_CHARS:,}.", "first")
    return text[:chars]


def selected_chars(fields: FieldNames, *, whole: str, partly: str) -> int | None:
    """Characters of a text that selected fields need, None for all: the names of the field with
    the whole text and of its length."""
    if whole in fields:
        return None
    return EXCERPT_CHARS if fields & {"excerpt", partly} else 0


#: Parts of a fragment, marked and others: at most one mark for every four characters.
FRAGMENT_PARTS = 40


@strawberry.type(description="Piece of a fragment of a text.")
class SearchFragmentPart:
    text: str = strawberry.field(description="Plain text, without markup.")
    is_match: bool = strawberry.field(description="Whether the search found this; mark it.")


@strawberry.type(description="Text of a session in which a search has found words.")
class SessionSearchHit:
    source: SessionSearchSource = strawberry.field(description="Kind of the text.")
    source_id: strawberry.ID | None = strawberry.field(
        description="Global id of the message or step; null for texts of the session itself."
    )
    fragment: list[SearchFragmentPart] = strawberry.field(
        description="The words with what stands around them, some 180 characters on one line; "
        "joined, the parts are the fragment.",
        metadata={MAX_ITEMS: FRAGMENT_PARTS},
    )

    @classmethod
    def from_hit(cls, hit: SearchHit) -> Self:
        parts = [
            SearchFragmentPart(text=part.text, is_match=part.is_match) for part in hit.fragment
        ]
        return cls(source=hit.source, source_id=encode_source_id(hit), fragment=parts)


def encode_source_id(hit: SearchHit) -> strawberry.ID | None:
    if hit.key is None:
        return None
    if hit.source is SessionSearchSource.MESSAGE:
        return ids.encode_message_id(hit.session_id, hit.key)
    return ids.encode_global_id("SessionStep", hit.key)
