"""Masks secrets in the texts of mutations before they are stored (`SESSIONS_REDACT_STORED`)."""

import hashlib
from dataclasses import fields, replace
from enum import Enum
from inspect import isawaitable
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension

from schema.context import Info
from services import limits
from services.ai.redact.gate import redact_value

#: What is longer than any text may be is refused later, and not searched.
LONGEST_TEXT = max(limits.LOG_CHARS, limits.INTAKE_CHARS, limits.DOCUMENT_CHARS)
KEY = "idempotency_key"


class RedactsStoredTexts(FieldExtension):
    """Redacts all texts of the input, ids excepted, where the setting says so."""

    async def resolve_async(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        if info.context.redacts_stored:
            arguments = {name: await redact_input(value) for name, value in arguments.items()}
        result = next_(source, info, **arguments)
        return await result if isawaitable(result) else result


async def redact_input(value: Any) -> Any:
    """The input with its texts redacted: what its type does not declare as an id."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, list):
        return [await redact_input(item) for item in value]
    if isinstance(value, strawberry.Some):
        # A field that tells a null from a value that is left out.
        return strawberry.Some(await redact_input(value.value))
    definition = getattr(value, "__strawberry_definition__", None)
    if definition is None:
        is_too_long = isinstance(value, str) and len(value) > LONGEST_TEXT
        return value if is_too_long else await redact_value(value)
    ids = {field.python_name for field in definition.fields if is_id(field.type)}
    return replace(
        value,
        **{
            each.name: await (redact_key if each.name == KEY else redact_input)(
                getattr(value, each.name)
            )
            for each in fields(value)
            if each.name not in ids
        },
    )


async def redact_key(key: str | None) -> str | None:
    """A key that tells a request from others: one with a secret is replaced by its hash."""
    if key is None or len(key) > limits.KEY_CHARS or await redact_value(key) == key:
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_id(annotation: Any) -> bool:
    return getattr(annotation, "of_type", annotation) is strawberry.ID
