"""Responses are compressed as the client asks, and never a stream."""

import asyncio
import gzip
import json
import os

import pytest

from server.graphql.compression import Coding, compress_body, negotiate_coding
from server.settings import Settings
from tests.operations import CREATE

LARGE = "{ __schema { types { name description } } }"
SMALL = "{ viewer { name } }"
FROM_BYTES = Settings.model_fields["compress_from_bytes"].default


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        (None, Coding.IDENTITY),
        ("", Coding.IDENTITY),
        ("identity", Coding.IDENTITY),
        ("br, zstd", Coding.IDENTITY),
        ("gzip", Coding.GZIP),
        ("GZip", Coding.GZIP),
        ("gzip, deflate, br, zstd", Coding.GZIP),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", Coding.GZIP),
        ("gzip ; q=0.001", Coding.GZIP),
        ("*", Coding.GZIP),
        ("*;q=0.5, identity;q=0.1", Coding.GZIP),
        ("gzip;q=0", Coding.IDENTITY),
        ("gzip;q=0, *", Coding.IDENTITY),
        ("gzip;q=0.2, identity;q=0.9", Coding.IDENTITY),
        ("gzip;q=nonsense", Coding.IDENTITY),
        ("gzip, identity;q=0", Coding.ONLY_GZIP),
        ("identity;q=0, *", Coding.ONLY_GZIP),
        ("gzip, *;q=0", Coding.ONLY_GZIP),
        ("identity;q=0", Coding.NONE),
        ("br, identity;q=0", Coding.NONE),
        ("*;q=0", Coding.NONE),
        ("*;q=0, identity", Coding.IDENTITY),
    ],
)
def test_the_coding_is_what_the_header_says(accept_encoding, coding):
    header = None if accept_encoding is None else accept_encoding.encode()
    assert negotiate_coding(header) is coding


@pytest.fixture
def client(served):
    with served.client as client:
        yield client


def raw(client, query, accept_encoding, *, method="POST", **headers):
    """The response with its body as it was sent."""
    headers |= {"accept-encoding": accept_encoding, "content-type": "application/json"}
    body = {"content": json.dumps({"query": query})}
    asked = body if method == "POST" else {"params": {"query": query}}
    with client.stream(method, "/graphql", headers=headers, **asked) as response:
        return response, b"".join(response.iter_raw())


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_large_response_is_compressed_for_who_asks(client, method):
    plain, text = raw(client, LARGE, "identity", method=method)
    asked, sent = raw(client, LARGE, "gzip", method=method)
    assert len(text) >= FROM_BYTES
    assert "content-encoding" not in plain.headers
    assert asked.headers["content-encoding"] == "gzip"
    assert len(sent) == int(asked.headers["content-length"]) < len(text) / 2
    assert gzip.decompress(sent) == text
    assert json.loads(text)["data"]["__schema"]
    for response in (plain, asked):
        assert "Accept-Encoding" in response.headers["vary"]
        assert "Origin" in response.headers["vary"]
        assert response.headers["content-type"] == "application/json; charset=utf-8"


def test_a_page_of_another_origin_gets_both_in_vary(client, served):
    response, _ = raw(client, LARGE, "gzip", origin=served.origin)
    assert {"Origin", "Accept-Encoding"} <= set(response.headers["vary"].split(", "))


@pytest.mark.parametrize("accept_encoding", ["br", "deflate", "gzip;q=0", ""])
def test_what_the_client_does_not_name_it_does_not_get(client, accept_encoding):
    response, text = raw(client, LARGE, accept_encoding)
    assert "content-encoding" not in response.headers
    assert json.loads(text)["data"]


def test_a_small_response_goes_out_as_it_is(client):
    response, text = raw(client, SMALL, "gzip")
    assert "content-encoding" not in response.headers
    assert json.loads(text)["data"]["viewer"]


def test_who_refuses_what_is_not_compressed_gets_even_a_small_response_compressed(client):
    response, sent = raw(client, SMALL, "gzip, identity;q=0")
    assert response.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(sent))["data"]["viewer"]


def test_where_no_coding_is_left_nothing_is_executed(client, served):
    def count():
        found = served.data("{ sessions { totalCount } }")
        return found["sessions"]["totalCount"]

    before = count()
    asked = {"query": CREATE, "variables": {"input": {"intake": {"text": "x"}}}}
    headers = {"accept-encoding": "br, identity;q=0"}
    refused = client.post("/graphql", json=asked, headers=headers)
    assert refused.status_code == 406
    [error] = refused.json()["errors"]
    assert error["extensions"]["code"] == "NOT_ACCEPTABLE"
    assert "Accept-Encoding" in error["message"]
    assert count() == before


def test_a_stream_is_not_compressed(client):
    response, sent = raw(client, LARGE, "gzip", accept="text/event-stream")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in response.headers
    assert sent.startswith(b"event: next\ndata: {")
    refused, _ = raw(client, LARGE, "gzip, identity;q=0", accept="text/event-stream")
    assert refused.status_code == 406


def test_the_length_of_a_response_does_not_give_away_its_content(client):
    """BREACH compares lengths that differ by a byte."""
    lengths = {len(raw(client, LARGE, "gzip")[1]) for _ in range(20)}
    assert len(lengths) > 5


@pytest.mark.parametrize("size", [0, 1, 1_000, 3_000_000])
async def test_a_body_comes_out_as_it_went_in(size):
    body = os.urandom(size)
    assert gzip.decompress(await compress_body(body)) == body


async def test_a_large_body_does_not_hold_the_event_loop():
    turns = 0

    async def turn():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    await asyncio.sleep(0)
    begun = turns
    await compress_body(os.urandom(3_000_000))
    turning.cancel()
    assert turns - begun > 10
