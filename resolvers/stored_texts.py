"""Masks secrets in the texts of mutations before they are stored (`SESSIONS_REDACT_STORED`)."""

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
    definition = getattr(value, "__strawberry_definition__", None)
    if definition is None:
        is_too_long = isinstance(value, str) and len(value) > LONGEST_TEXT
        return value if is_too_long else await redact_value(value)
    ids = {field.python_name for field in definition.fields if is_id(field.type)}
    return replace(
        value,
        **{
            each.name: await redact_input(getattr(value, each.name))
            for each in fields(value)
            if each.name not in ids and each.name != "idempotency_key"
        },
    )


def is_id(annotation: Any) -> bool:
    return getattr(annotation, "of_type", annotation) is strawberry.ID
