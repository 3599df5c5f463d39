"""Parts of a head that take long to take apart, in a head of an allowed size."""

import http.client
import json
import time

import pytest

from server.http import guards

LONG = {
    "Host": ("/health", {"Host": "a." * 30_000}),
    "Accept": ("/graphql", {"Accept": "," * 60_000}),
    "parameters": ("/graphql?" + "a&" * 30_000, {}),
    "escaped parameters": ("/graphql?" + "%41&" * 15_000, {}),
    "path": ("/assets/" + "../" * 20_000, {}),
}


@pytest.mark.parametrize("part", LONG)
def test_a_long_part_is_refused(served, part):
    path, headers = LONG[part]
    connection = http.client.HTTPConnection(served.origin.removeprefix("http://"), timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    assert answer.status == 431
    [error] = json.loads(answer.read())["errors"]
    assert error["extensions"]["code"] == "REQUEST_HEAD_TOO_LARGE"
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("part", ["path", "query_string", b"host", b"accept"])
def test_the_longest_parts_that_pass_take_a_few_milliseconds_at_most(part):
    values = {
        "path": "/" + "../" * (guards.MAX_PATH_CHARS // 3),
        "query_string": b"&".join([b"%41" * 200] * guards.MAX_PARAMETERS),
        b"host": b"a." * (guards.MAX_HOST_BYTES // 2),
        b"accept": b"," * guards.MAX_ACCEPT_BYTES,
    }
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    if isinstance(part, bytes):
        scope["headers"] = [(part, values[part])]
    else:
        scope[part] = values[part]
    assert guards.reject_long_parts(scope) is None
    before = time.thread_time()
    guards.reject_secrets_in_query(scope)
    guards.AllowedHosts(["localhost"])(scope)
    assert time.thread_time() - before < 0.02
