"""JSON as it comes from and goes to clients."""

import json
from typing import NoReturn

import orjson
from strawberry.http import process_result
from strawberry.types.execution import ExecutionResult

from schema.sharing import Answer


def decode(data: str | bytes) -> object:
    """Raises JSONDecodeError, also for what is too deep, too long a number, or no text."""
    try:
        return json.loads(data, parse_constant=refuse_constant)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        raise json.JSONDecodeError("it cannot be decoded", "", 0) from None


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def encode(data: object) -> str:
    """As text: bytes would go out in binary WebSocket frames, which clients refuse."""
    return as_bytes(data).decode()


def as_bytes(data: object) -> bytes:
    try:
        return orjson.dumps(data)
    except TypeError:
        # Halves of surrogate pairs, echoed from a client's own document.
        return json.dumps(data, separators=(",", ":"), default=spelled_out).encode()


def spelled_out(part: object) -> object:
    """What is in a part that is JSON already."""
    return json.loads(orjson.dumps(part))


def payload(answer: Answer) -> orjson.Fragment:
    """Of an answer that many get, encoded for the first of them."""
    if answer.encoded is None:
        # Nothing else of it is everybody's.
        answer.encoded = encode(process_result(ExecutionResult(answer.data, answer.errors)))
    return orjson.Fragment(answer.encoded)
