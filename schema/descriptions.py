"""Descriptions and argument types that many parts of the API share, written once."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

import strawberry

from services.limits import DEFAULT_SEARCH_LIMITS, KEY_CHARS, PAGE_MAX, SLICE_DEFAULT

Type = TypeVar("Type")

TIME_ZONE = (
    "Time zone in which the days of the account begin, by its name in the IANA database; set by "
    "`updateAccount`, otherwise that of the installation."
)
CREATED_AT = "Time of creation."
CURSOR = "Opaque position of this item; pass it as `after` to get the items that follow."
EVENT_CURSOR = "Opaque position of this event; pass it as `after` to resume the stream after it."
ERROR_MESSAGE = "Sentence to show to the user, in English."
ERROR_CODE = "Machine-readable cause; stable, meant for a switch statement."
MARKDOWN = "Text in Markdown."

SESSION_ID = "Global id of the session."
EXPECTED_STATE_VERSION = (
    "Last `stateVersion` the client has seen; a newer one gives StaleState. Null: no check."
)
IDEMPOTENCY_KEY = (
    f"Client-chosen key, at most {KEY_CHARS} characters. A repeat with the same key within 24 "
    "hours returns the first result instead of acting again."
)
OWN_SESSION = "The session it belongs to, as it is now."
CHANGED_SESSION = "The session after the change."
STARTED_GENERATION = "The answer being written; subscribe to `generationEvents` with its `cursor`."

#: What is added to the description of a search text.
SEARCH_LIMIT = (
    f"At most {DEFAULT_SEARCH_LIMITS.chars} characters and {DEFAULT_SEARCH_LIMITS.words} words by "
    "default."
)

#: A field of an input that clients may omit.
optional_field: Callable[..., Any] = partial(strawberry.field, default=None)

#: What one argument `input` of a mutation holds.
Input = Annotated[Type, strawberry.argument(description="Target and parameters of the mutation.")]

#: The size of a page of a list that has a default.
First = Annotated[
    int,
    strawberry.argument(description=f"Page size counted from the start, 0 to {PAGE_MAX}."),
]
FirstOfSlice = Annotated[
    int | None,
    strawberry.argument(
        description=f"Page size counted from the start, 0 to {PAGE_MAX}; {SLICE_DEFAULT} where "
        "neither `first` nor `last` is given."
    ),
]
After = Annotated[
    str | None, strawberry.argument(description="Return only items after this cursor.")
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"Page size counted from the end, 0 to {PAGE_MAX}; excludes `first`."
    ),
]
Before = Annotated[
    str | None, strawberry.argument(description="Return only items before this cursor.")
]
ResumeAfter = Annotated[
    str | None,
    strawberry.argument(
        description="Cursor of the last event received; the stream continues after it. "
        "Null: see the subscription."
    ),
]
SessionIdArgument = Annotated[strawberry.ID, strawberry.argument(description=SESSION_ID)]
