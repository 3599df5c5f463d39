"""The size of a response, before it is encoded: encoding cannot stop half-way."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLError
from orjson import dumps

from execution.limits.errors import RequestRejected

#: Shorter texts count as their characters. What is missing is found when the response is encoded.
LONG_TEXT = 1_000
#: Quotation marks, colon and comma of a name in an object.
NAME_BYTES = 4

CODE = "RESPONSE_TOO_LARGE"


def response_may_be_too_large(size: int, limit: int) -> RequestRejected:
    """The rejection of an operation by its estimated bytes."""
    estimate = f"{size:,}" if size < 10**12 else "far more"
    return RequestRejected(
        CODE,
        f"The response could have {estimate} bytes; the limit is {limit:,}. Select fewer long "
        "texts, have them cut where the field has `first`, or ask for smaller pages.",
    )


def response_too_large(limit: int, path: list[str | int] | None = None) -> GraphQLError:
    """The error in place of the response of an operation that was executed."""
    message = f"The response has more than {limit:,} bytes. Select less, or smaller pages."
    return GraphQLError(message, path=path, extensions={"code": CODE})


def exceeds_size(data: Any, limit: int) -> bool:
    """Whether the JSON of the data surely has more than `limit` bytes; stops once it is known.

    A text that occurs several times, under several aliases, is measured once.
    """
    size = 0
    lengths: dict[int, int] = {}
    waiting: list[Any] = [data]
    while waiting:
        part = waiting.pop()
        if type(part) is str:
            size += len(part) if len(part) < LONG_TEXT else encoded_length(part, lengths)
        elif isinstance(part, Mapping):
            size += sum(map(len, part)) + NAME_BYTES * len(part)
            waiting.extend(part.values())
        elif isinstance(part, Iterable) and not isinstance(part, str):
            waiting.extend(part)
        else:
            size += 1
        if size > limit:
            return True
    return False


def encoded_length(text: str, known: dict[int, int]) -> int:
    """The text has to live as long as `known`, which finds it by its `id()`."""
    found = known.get(id(text))
    if found is None:
        try:
            found = len(dumps(text))
        except TypeError:
            found = len(text)  # lone surrogates
        known[id(text)] = found
    return found
