"""Decodes the JSON of a request in bounded time, whatever it holds.

A parser creates an object for each bracket and number, which takes 100 times as long as the bytes
of a text, and cannot stop half-way. Therefore what is outside of texts is measured first, with a
few calls that scan bytes.
"""

import json
import re
from typing import NoReturn

import orjson

from execution.limits.errors import RequestRejected

#: orjson would convert such integers to floats and lose digits.
LONG_INTEGER = re.compile(rb"\d{18}")


class TooMuchStructure(RequestRejected):
    """A request with too many brackets, numbers and the like."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "REQUEST_TOO_COMPLEX",
            f"The JSON of the request has more than {limit:,} bytes outside of its texts.",
        )


def decode_json(data: str | bytes, max_structure_bytes: int) -> object:
    """JSON in UTF-8. The bound is on brackets, commas, numbers and white space outside of texts.

    Raises JSONDecodeError, also for deep nesting and very long numbers, and TooMuchStructure.
    """
    if isinstance(data, str):
        data = data.encode(errors="surrogatepass")
    structure = data
    if len(data) > max_structure_bytes:
        structure = remove_texts(data, max_structure_bytes)
    if not LONG_INTEGER.search(structure):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass  # The standard library accepts more, such as lone surrogates.
    try:
        # As text: from bytes it would guess the encoding, and in another one than UTF-8 texts and
        # structure are not what was measured.
        return json.loads(data.decode(), parse_constant=reject_constant)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        raise json.JSONDecodeError("it cannot be decoded", "", 0) from None


def remove_texts(data: bytes, limit: int) -> bytes:
    """What is outside of texts. Raises TooMuchStructure if it has more than `limit` bytes."""
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Between two texts there is at least a comma or a colon.
    if data.count(b'"') > 2 * limit:
        raise TooMuchStructure(limit)
    structure = b" ".join(data.split(b'"')[::2])
    if len(structure) > limit:
        raise TooMuchStructure(limit)
    return structure


def reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
