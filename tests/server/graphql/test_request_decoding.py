"""The JSON of requests: what it may hold, and that reading it takes a bounded time."""

import contextlib
import json
import time

import orjson
import pytest
from websockets.exceptions import ConnectionClosedError

from server.graphql.request_decoding import TooMuchStructure, decode_json
from tests.server.websocket_client import PATIENCE, socket_to

LIMIT = 65_536
#: The largest body that is read, and what a message of a WebSocket may have.
BODY, MESSAGE = 1_900_000, 900_000
VIEWER = "{ viewer { id } }"

#: Values of which each byte takes a parser long, with the size of a body.
HOSTILE = {
    "lists": lambda size: b"[" + b"[]," * (size // 3) + b"1]",
    "objects": lambda size: b"[" + b"{}," * (size // 3) + b"1]",
    "numbers": lambda size: b"[" + b"1," * (size // 2) + b"1]",
    "empty texts": lambda size: b"[" + b'"",' * (size // 3) + b"1]",
    "names": lambda size: b"{" + b",".join(b'"%d":0' % n for n in range(size // 10)) + b"}",
    "long integers": lambda size: b"[" + (b"9" * 4300 + b",") * (size // 4301) + b"1]",
    "a long fraction": lambda size: b"0." + b"1" * size,
    "depth": lambda size: b"[" * size,
    "blanks": lambda size: b" " * size + b"1",
    "a lone surrogate and objects": lambda size: b'["\\ud800",' + b"{}," * (size // 3) + b"1]",
    "escapes and lists": lambda size: b'["\\\\\\"\\\\",' + b"[]," * (size // 3) + b"1]",
}
#: Long texts, which are read.
TEXTS = {
    "letters": "a",
    "commas": ",",
    "brackets": "[{}]",
    "quotes": '"',
    "backslashes": "\\",
    "backslashes and quotes": '\\"',
    "controls": "\x01",
    "digits": "12345678901234567 ",
    "Cyrillic": "я",
    "emoji": "\U0001f600",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_takes_a_parser_long_is_refused_before_it_is_parsed(kind):
    with pytest.raises(TooMuchStructure) as refused:
        decode_json(HOSTILE[kind](BODY), LIMIT)
    assert refused.value.extensions == {"code": "REQUEST_TOO_COMPLEX"}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_long_text_is_read_whatever_it_holds(kind):
    text = TEXTS[kind] * (200_000 // len(TEXTS[kind]))
    variables = {"log": text, "more": [1, {"text": text}]}
    for encoded in (json.dumps(variables), json.dumps(variables, ensure_ascii=False)):
        assert decode_json(encoded.encode(), LIMIT) == variables
        assert decode_json(encoded, LIMIT) == variables


def test_what_orjson_does_not_read_is_read_by_the_library():
    long = "x" * LIMIT
    for value in (9**40, "\ud800", {"a": [9**40, "\udfff"]}):
        for whole in ([value], [long, value]):
            assert decode_json(json.dumps(whole).encode(), LIMIT) == whole


def test_another_encoding_cannot_hide_what_is_outside_of_texts():
    hidden = '["\u2200",' + "[]," * 200_000 + "1]"
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        with pytest.raises((json.JSONDecodeError, TooMuchStructure)):
            decode_json(hidden.encode(encoding), LIMIT)
    with pytest.raises(json.JSONDecodeError):
        decode_json('{"query":"{a}"}'.encode("utf-16"), LIMIT)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_request_of_that_kind_gets_a_code_over_both_transports(served, kind):
    variables = HOSTILE[kind](MESSAGE)
    body = b'{"query":"%b","variables":{"a":%b}}' % (VIEWER.encode(), variables)
    with served.client as client:
        answer = client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "REQUEST_TOO_COMPLEX"}
    with socket_to(served) as socket, socket_to(served) as other:
        message = b'{"id":"1","type":"subscribe","payload":%b}' % body
        socket.connection.send(message.decode())
        with pytest.raises(ConnectionClosedError) as closed:
            socket.connection.recv(timeout=PATIENCE)
        assert closed.value.rcvd.code == 4400
        assert closed.value.rcvd.reason.startswith("REQUEST_TOO_COMPLEX: ")
        other.subscribe(VIEWER)
        [result] = other.results()
        assert result["data"]["viewer"]


def test_the_bound_is_a_setting_of_which_each_byte_counts():
    body = b"[" + b" " * 998 + b"]"
    assert decode_json(body, 1_000) == []
    with pytest.raises(TooMuchStructure):
        decode_json(body + b" ", 1_000)


#: The largest text without an escape takes a millisecond and a half.
MOST_TIMES = 12
TRIES = 5


def measure_seconds(body: bytes) -> float:
    start = time.thread_time()
    with contextlib.suppress(TooMuchStructure, json.JSONDecodeError):
        decode_json(body, LIMIT)
    return time.thread_time() - start


@pytest.mark.slow
def test_no_body_takes_much_longer_than_a_plain_text_of_its_size():
    bodies = {name: make(BODY) for name, make in HOSTILE.items()}
    bodies |= {f"{name}, as much as may be": make(LIMIT - 9) for name, make in HOSTILE.items()}
    bodies |= {
        f"text of {name}": orjson.dumps(text * (BODY // len(orjson.dumps(text * 100)) * 100))
        for name, text in TEXTS.items()
    }
    bodies["text of surrogates"] = b'"' + b"\\ud800" * (BODY // 6) + b'"'
    plain = min(measure_seconds(b'"' + b"a" * BODY + b'"') for _ in range(TRIES))
    ratios = {
        name: min(measure_seconds(body) for _ in range(TRIES)) / plain
        for name, body in bodies.items()
    }
    print({name: round(ratio, 1) for name, ratio in ratios.items()}, f"{plain * 1000:.2f} ms")
    assert max(ratios.values()) < MOST_TIMES, ratios
