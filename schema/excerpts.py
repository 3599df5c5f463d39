"""Excerpts of long texts. Lists read no more of a text than the operation selects."""

from typing import Annotated

import strawberry

from execution.selected_fields import FieldNames
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
        raise InvalidInput(f"`first` must be between 1 and {EXCERPT_CHARS:,}.")
    return text[:chars]


def selected_chars(fields: FieldNames, *, whole: str, partly: str) -> int | None:
    """Characters of a text that selected fields need, None for all: the names of the field with
    the whole text and of its length."""
    if whole in fields:
        return None
    return EXCERPT_CHARS if fields & {"excerpt", partly} else 0
