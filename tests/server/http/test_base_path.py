"""Below a path of a site, whether the proxy removes the path from requests or leaves it."""

import re

import pytest
from websockets.sync.client import connect

from server.settings import Settings
from tests.infrastructure.nginx_proxy import nginx_proxy
from tests.operations import CREATE
from tests.server.websocket_client import PROTOCOL, Socket
from tests.server_process import run, serving

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
VIEWER = "{ viewer { name } }"
DASHBOARD = "subscription { dashboardEvents { __typename } }"
PAGE = {"Accept": "text/html"}
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def below(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_BASE_PATH="desk/") as server:
        yield server


def test_the_addresses_that_it_prints_have_the_path(below):
    assert re.search(r"Console +http://127\.0\.0\.1:\d+/desk/", "\n".join(below.said))
    assert below.url.endswith("/desk/graphql")


@pytest.mark.parametrize("prefix", ["/desk", ""], ids=["left", "removed"])
def test_everything_is_found_below_the_path(below, prefix):
    site = below.url.removesuffix("/desk/graphql")
    root = site + prefix
    with below.client as client:
        asked = client.post(f"{root}/graphql", json={"query": VIEWER})
        assert asked.json()["data"]["viewer"]["name"] == "Local Technician"
        assert client.get(f"{root}/health").json() == {"status": "ok"}
        for path in ("", "/", "/chat/x"):
            page = client.get(f"{root}{path}" or "/", headers=PAGE)
            assert page.status_code == 200, path
            assert "BASE_PATH" not in page.text
            for address in re.findall(r'(?:src|href)="(/[^"]*)"', page.text):
                assert address.startswith("/desk/")
        explorer = client.get(f"{root}/graphql", headers=PAGE).text
        assert "BASE_PATH" not in explorer
        for address in re.findall(r'(?:src|href)="(/[^"]*)"', explorer):
            assert client.get(site + address).status_code == 200
        request = {"query": DASHBOARD}
        with client.stream("POST", f"{root}/graphql", json=request, headers=STREAM) as events:
            received = (each for each in events.iter_text() if "__typename" in each)
            assert "DashboardSnapshot" in next(received)
    with connect(f"{root}/graphql".replace("http", "ws"), subprotocols=[PROTOCOL]) as connection:
        socket = Socket(connection)
        socket.send(type="connection_init")
        assert socket.receive()["type"] == "connection_ack"


@pytest.mark.parametrize("prefix", ["/desk", ""], ids=["left", "removed"])
def test_a_redirect_stays_below_the_path(below, prefix):
    site = below.url.removesuffix("/desk/graphql")
    with below.client as client:
        asked = client.post(f"{site}{prefix}/graphql/?a=b", json={"query": VIEWER})
        assert (asked.status_code, asked.headers["location"]) == (307, f"{site}/desk/graphql?a=b")
        moved = client.get(f"{site}{prefix}/health/").headers["location"]
        assert client.get(moved).json() == {"status": "ok"}


def test_what_only_begins_like_the_path_is_not_below_it(below):
    root = below.url.removesuffix("/desk/graphql")
    with below.client as client:
        assert client.post(f"{root}/desktop/graphql", json={"query": VIEWER}).status_code == 404
        assert client.get(f"{root}/desk/desk/health").status_code == 404


@pytest.mark.parametrize("path", ["/a b", "/desk?x", "/../x", "https://example.com/desk", "/dé"])
def test_a_path_that_is_none_is_refused(path):
    refused = run("serve", "--port", "0", SESSIONS_BASE_PATH=path)
    assert refused.returncode == 2
    assert "SESSIONS_BASE_PATH" in refused.stderr
    assert "such as /desk" in refused.stderr


def test_a_path_of_the_server_itself_is_refused():
    refused = run("serve", "--port", "0", SESSIONS_BASE_PATH="/graphql")
    assert "the server uses /graphql itself" in refused.stderr


@pytest.mark.parametrize(
    ("given", "used"), [("", ""), ("/", ""), ("desk", "/desk"), ("/a/b/", "/a/b")]
)
def test_slashes_around_a_path_do_not_matter(given, used):
    assert Settings(base_path=given).base_path == used


@pytest.mark.slow
@pytest.mark.parametrize("removes", [False, True], ids=["left", "removed"])
def test_the_configuration_of_nginx_in_the_docs_works(below, removes):
    """Over TLS: pages, operations, a WebSocket and a stream whose events are not held back."""
    port = int(below.url.split(":")[2].split("/")[0])
    with nginx_proxy(port, removes=removes) as proxy, proxy.client as client:
        assert client.get("/desk", headers=PAGE).headers["location"].endswith("/desk/")
        page = client.get("/desk/", headers=PAGE)
        assert "/desk/" in page.text
        assert client.get("/desk/health").json() == {"status": "ok"}
        assert client.get("/desk/metrics").status_code == 404
        request = {"query": DASHBOARD}
        with client.stream("POST", "/desk/graphql", json=request, headers=STREAM) as events:
            received = (each for each in events.iter_text() if "__typename" in each)
            assert "DashboardSnapshot" in next(received)
            request = {"query": CREATE, "variables": {"input": CHAT}}
            created = client.post("/desk/graphql", json=request)
            assert created.json()["data"]["createSession"]["session"]["id"]
            assert "DashboardSessionChanged" in next(received)
        address = f"wss://{proxy.name}:{proxy.port}/desk/graphql"
        origin = f"https://{proxy.name}:{proxy.port}"
        with connect(
            address, subprotocols=[PROTOCOL], ssl=proxy.ssl_context, origin=origin
        ) as connection:
            socket = Socket(connection)
            socket.send(type="connection_init")
            assert socket.receive()["type"] == "connection_ack"
            socket.subscribe(DASHBOARD)
            assert socket.receive()["payload"]["data"]["dashboardEvents"]
