"""JSON as it comes from and goes to clients."""

import json
from typing import NoReturn

import orjson


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
    try:
        return orjson.dumps(data).decode()
    except TypeError:
        # Halves of surrogate pairs, echoed from a client's own document.
        return json.dumps(data, separators=(",", ":"))
