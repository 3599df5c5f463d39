"""Behind reverse proxies: which address limits count a request under, whatever a client claims."""

import socket

import httpx2
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.http.client_address import add_mapped_networks, client_address
from tests.server_process import PATIENCE, Served, serving

TRUSTED = ("10.0.0.0/8", "192.0.2.7", "2001:db8:ff::/48")
PROXY, CLIENT = "10.0.0.1", "203.0.113.5"

#: What `X-Forwarded-For` says, and who it was. A proxy adds the address of its own client at the
#: end; what stands before it may have been sent by that client.
CHAINS = {
    "one hop": ([CLIENT], CLIENT),
    "two hops": ([f"{CLIENT}, 10.9.9.9"], CLIENT),
    "two headers": ([CLIENT, "10.9.9.9"], CLIENT),
    "mapped hops": ([f"{CLIENT}, ::ffff:10.9.9.9, ::ffff:192.0.2.7"], CLIENT),
    "hops of both protocols": ([f"{CLIENT}, 2001:db8:ff::1, 10.0.0.2"], CLIENT),
    "a claim": ([f"1.1.1.1, {CLIENT}"], CLIENT),
    "a claim in a header of its own": (["1.1.1.1", CLIENT], CLIENT),
    "a claim to be a proxy": ([f"10.1.1.1, {CLIENT}"], CLIENT),
    "many claims": (["1.1.1.1, " * 1_000 + CLIENT], CLIENT),
    "garbage before it": ([f"<script>, ';--, \xff, {CLIENT}"], CLIENT),
    "a port": ([f"{CLIENT}:4711"], CLIENT),
    "a mapped client": ([f"::ffff:{CLIENT}"], CLIENT),
    "a client behind a gateway of IPv4": (["64:ff9b::203.0.113.5"], CLIENT),
    "IPv6": (["2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
    "IPv6 in brackets": (["[2001:db8:1:2:3::4]"], "2001:db8:1:2::/64"),
    "IPv6 in brackets with a port": (["[2001:db8:1:2:3::4]:4711"], "2001:db8:1:2::/64"),
    "blanks": ([f"  {CLIENT}  ,  10.9.9.9  "], CLIENT),
    "only proxies": (["10.1.1.1, 10.1.1.2"], "10.1.1.1"),
    "nothing": ([""], PROXY),
    "a comma at the end": ([f"{CLIENT},"], PROXY),
    "unknown": (["unknown"], "unknown"),
    "no end": (["x" * 5_000], "x" * 100),
}


async def find_client(peer: str, *headers: str) -> str:
    """The key of the client in limits by address."""
    found: list[str] = []

    async def app(scope, receive, send) -> None:
        found.append(client_address(scope))

    scope = {
        "type": "http",
        "client": (peer, 1234),
        "headers": [(b"x-forwarded-for", header.encode("latin-1")) for header in headers],
    }
    await ProxyHeadersMiddleware(app, add_mapped_networks(TRUSTED))(scope, None, None)
    return found[0]


@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}", "2001:db8:ff::1"])
@pytest.mark.parametrize("chain", CHAINS)
async def test_a_proxy_says_who_its_client_is(chain, peer):
    headers, expected = CHAINS[chain]
    if expected == PROXY:
        expected = await find_client(peer)
    assert await find_client(peer, *headers) == expected


@pytest.mark.parametrize("peer", [CLIENT, f"::ffff:{CLIENT}", "11.0.0.1", "2001:db8:fe::1"])
async def test_nobody_else_does(peer):
    assert await find_client(peer, "1.1.1.1") == await find_client(peer)


#: Requests of an address at once.
MOST = 4


@pytest.fixture(scope="module")
def dual(database_url):
    """It listens on both protocols, so that it sees clients of IPv4 at mapped addresses."""
    settings = {
        "SESSIONS_AUTH": "required",
        "SESSIONS_HOST": "::",
        "SESSIONS_ALLOWED_HOSTS": "*",
        "SESSIONS_ANONYMOUS_REQUESTS_PER_MINUTE": str(MOST),
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


def ask_through(server: Served, address: str, *forwarded: str) -> int:
    """The status of a request over IPv4 from an address of this machine."""
    port = int(server.origin.rsplit(":", 1)[1])
    transport = httpx2.HTTPTransport(local_address=address)
    with httpx2.Client(transport=transport, timeout=PATIENCE) as client:
        headers = [("X-Forwarded-For", each) for each in forwarded]
        return client.get(f"http://127.0.0.1:{port}/health", headers=headers).status_code


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
def test_addresses_behind_a_proxy_count_each_and_claims_do_not(dual):
    for turn in range(MOST):
        # The client changes what it claims, and its address within its network.
        assert ask_through(dual, "127.0.0.1", f"1.1.1.{turn}, 203.0.113.5") == 200
        assert ask_through(dual, "127.0.0.1", f"[2001:db8:1:2::{turn}]:80") == 200
        assert ask_through(dual, "127.0.0.2", f"2.2.2.{turn}") == 200
    assert ask_through(dual, "127.0.0.1", "1.1.1.9, 203.0.113.5:99") == 429
    assert ask_through(dual, "127.0.0.1", "2001:db8:1:2::9") == 429
    assert ask_through(dual, "127.0.0.2", "2.2.2.9") == 429, "it is no proxy"
    assert ask_through(dual, "127.0.0.1", "203.0.113.6") == 200
    assert ask_through(dual, "127.0.0.1", "2001:db8:1:3::1") == 200
