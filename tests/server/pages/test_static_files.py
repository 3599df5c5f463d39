"""How files are served that the build has compressed."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from server.pages.static_files import ImmutableStaticFiles

SCRIPT = b"console.log('a script');" * 50
#: Without the time: workers name their tests alike.
GZIP = gzip.compress(SCRIPT, mtime=0)
#: To the server, what the build has compressed is bytes.
BROTLI = b"as brotli has it"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assets")
    (folder / "index-1.js").write_bytes(SCRIPT)
    (folder / "index-1.js.gz").write_bytes(GZIP)
    (folder / "index-1.js.br").write_bytes(BROTLI)
    (folder / "icon.svg").write_bytes(b"<svg/>")
    app = Starlette(routes=[Mount("/assets", ImmutableStaticFiles(folder, {"X-Is": "set"}))])
    with TestClient(app) as client:
        yield client


def ask(client, path="/assets/index-1.js", *, method="GET", **headers):
    """The response, and its body as it was sent."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.stream(method, path, headers={"accept-encoding": "", **named}) as response:
        return response, b"".join(response.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br;q=0, *;q=0", None),
    ],
)
def test_a_file_is_sent_as_the_client_takes_it(client, accepted, encoding):
    body = {None: SCRIPT, "gzip": GZIP, "br": BROTLI}[encoding]
    response, sent = ask(client, accept_encoding=accepted)
    assert sent == body
    assert response.headers.get("content-encoding") == encoding
    assert response.headers["content-length"] == str(len(body))
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["vary"] == "Accept-Encoding"
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["x-is"] == "set"


def test_each_encoding_has_an_etag_of_its_own(client):
    tags = {
        each: ask(client, accept_encoding=each)[0].headers["etag"] for each in ("", "gzip", "br")
    }
    assert len(set(tags.values())) == 3
    for encoding, tag in tags.items():
        response, sent = ask(client, accept_encoding=encoding, if_none_match=tag)
        assert (response.status_code, sent) == (304, b"")
        assert response.headers["vary"] == "Accept-Encoding"
    assert ask(client, accept_encoding="br", if_none_match=tags["gzip"])[0].status_code == 200


def test_head_tells_the_size_of_what_get_would_send(client):
    response, sent = ask(client, method="HEAD", accept_encoding="br")
    assert (response.headers["content-encoding"], sent) == ("br", b"")
    assert response.headers["content-length"] == str(len(BROTLI))


def test_a_range_is_one_of_the_file_as_it_is(client):
    response, sent = ask(client, accept_encoding="br", range="bytes=0-6")
    assert response.status_code == 206
    assert sent == SCRIPT[:7]
    assert "content-encoding" not in response.headers


def test_a_file_that_is_not_compressed_is_sent_as_it_is(client):
    response, sent = ask(client, "/assets/icon.svg", accept_encoding="br, gzip")
    assert sent == b"<svg/>"
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize("path", ["index-1.js.br", "index-1.js.gz", "no.js", "../x.js.br"])
def test_a_compressed_file_has_no_address_of_its_own(client, path):
    assert ask(client, f"/assets/{path}", accept_encoding="br, gzip")[0].status_code == 404


def test_other_methods_are_refused(client):
    assert ask(client, method="POST", accept_encoding="br")[0].status_code == 405
