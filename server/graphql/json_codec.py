"""JSON as it comes from and goes to clients."""

import json
import re
from typing import NoReturn

import orjson
from strawberry.http import process_result
from strawberry.types.execution import ExecutionResult

from execution.shared_subscriptions import SharedResult

#: Of these orjson would make floats, which do not hold all of their digits.
LONG_INTEGER = re.compile(rb"\d{18}")


def decode_json(data: str | bytes) -> object:
    """Raises JSONDecodeError, also for what is too deep, too long a number, or no text."""
    if isinstance(data, bytes) and not LONG_INTEGER.search(data):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass  # The standard library takes more.
    try:
        return json.loads(data, parse_constant=reject_constant)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        raise json.JSONDecodeError("it cannot be decoded", "", 0) from None


def reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def encode_json(data: object) -> str:
    """As text: bytes would go out in binary WebSocket frames, which clients refuse."""
    return dump_json_bytes(data).decode()


def dump_json_bytes(data: object) -> bytes:
    try:
        return orjson.dumps(data)
    except TypeError:
        # Halves of surrogate pairs, echoed from a client's own document.
        return json.dumps(data, separators=(",", ":"), default=decode_fragment).encode()


def decode_fragment(part: object) -> object:
    """What is in a part that is JSON already."""
    return json.loads(orjson.dumps(part))


def encode_shared(answer: SharedResult) -> bytes:
    """Once for all who get it."""
    if answer.encoded is None:
        # Nothing else of it is everybody's.
        answer.encoded = dump_json_bytes(
            process_result(ExecutionResult(answer.data, answer.errors))
        )
    return answer.encoded


def json_fragment(answer: SharedResult) -> orjson.Fragment:
    """Of an answer that many get, as a part of something else."""
    return orjson.Fragment(encode_shared(answer))
