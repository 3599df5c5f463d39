"""How a response is encoded: its media type by the `Accept` header, and its JSON.

orjson encodes, and the standard library what orjson cannot represent.
"""

import json

import orjson
from strawberry.http import process_result
from strawberry.types.execution import ExecutionResult

from execution.error_masking import log_rejection
from execution.limits.response_size import response_too_large
from execution.shared_subscriptions import SharedResult
from server.http.accept import parse_accept

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"


def negotiate_media_type(accept: str) -> str:
    """`application/graphql-response+json` if the client names it and does not prefer JSON."""
    weights = dict(parse_accept(accept))
    return GRAPHQL if weights.get(GRAPHQL, 0) >= weights.get(JSON, 0.001) else JSON


def encode_json(data: object) -> str:
    """As text, because clients reject the binary WebSocket frames that bytes become."""
    return dump_json_bytes(data).decode()


def dump_json_bytes(data: object) -> bytes:
    """Encode with orjson, or with the standard library what orjson rejects."""
    try:
        return orjson.dumps(data)
    except TypeError:
        # Lone surrogates that an error message quotes from an operation.
        return json.dumps(data, separators=(",", ":"), default=decode_fragment).encode()


def encode_bounded(response: object, limit: int) -> bytes:
    """A response, or an error in its place if it has more bytes."""
    encoded = dump_json_bytes(response)
    return encoded if len(encoded) <= limit else error_in_place(limit)


def error_in_place(limit: int) -> bytes:
    log_rejection([error := response_too_large(limit)])
    return dump_json_bytes({"data": None, "errors": [error.formatted]})


def decode_fragment(part: object) -> object:
    """The value of an `orjson.Fragment`."""
    return json.loads(orjson.dumps(part))


def encode_shared(answer: SharedResult) -> bytes:
    """Encode a result once for all viewers who share it."""
    if answer.encoded is None:
        # Data and errors only: extensions may differ per viewer.
        response = process_result(ExecutionResult(answer.data, answer.errors))
        answer.encoded = encode_bounded(response, answer.max_bytes)
    return answer.encoded
