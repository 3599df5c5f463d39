"""The address that a request or connection counts under in limits by address.

uvicorn puts the address that a trusted proxy names in `X-Forwarded-For` into `scope["client"]`,
before any application code runs (`SESSIONS_TRUSTED_PROXIES`).
"""

from collections.abc import Hashable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

from services.accounts.login import AuthenticatedLogin

#: Key in the state of a scope: the login of its client, once it has signed in.
LOGIN = "login"
#: Bits of an IPv6 address that a provider gives to one customer, who can use every address below.
IPV6_PREFIX = 64
#: How a socket for IPv6 shows clients that connect over IPv4.
MAPPED = int(IPv6Address("::ffff:0.0.0.0"))
#: Gateways between the protocols put the whole IPv4 Internet into one network (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")
#: Characters of an address that is none, which a proxy may have passed on.
MAX_HOST_CHARS = 100


def client_address(scope: Scope) -> str:
    """The key of the client in limits by address; empty if the connection has no address."""
    client = scope.get("client")
    return address_key(client[0]) if client else ""


def client_key(scope: Scope) -> Hashable:
    """The key of the client in limits by user: the user, or the address without sign-in."""
    login: AuthenticatedLogin | None = scope.get("state", {}).get(LOGIN)
    return client_address(scope) if login is None else login.principal.user_id


def address_key(host: str) -> str:
    """An IPv4 address, the /64 network of an IPv6 address, or the text if it is neither."""
    # Cut before it is remembered.
    return find_address_key(host[:MAX_HOST_CHARS])


@lru_cache(4096)
def find_address_key(host: str) -> str:
    try:
        address = unmap_address(ip_address(host))
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))


def unmap_address(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def add_mapped_networks(names: Iterable[str]) -> list[str]:
    """The networks of the names, and how a socket for IPv6 shows those of IPv4: for uvicorn, which
    compares addresses as they are. Raises ValueError."""
    networks = [ip_network(name, strict=False) for name in names]
    mapped = [
        IPv6Network((MAPPED + int(each.network_address), 96 + each.prefixlen))
        for each in networks
        if isinstance(each, IPv4Network)
    ]
    return [str(each) for each in (*networks, *mapped)]


class TrustedProxies:
    """The addresses and networks of the reverse proxies in front of this server."""

    def __init__(self, names: Iterable[str]) -> None:
        """Raises ValueError for a name that is neither an address nor a network."""
        self._networks = [ip_network(name, strict=False) for name in names]

    def __contains__(self, host: str) -> bool:
        try:
            address = unmap_address(ip_address(host))
        except ValueError:
            return False
        return any(address in network for network in self._networks)
