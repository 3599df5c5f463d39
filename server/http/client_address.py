"""The address that a request or connection counts under in limits by address.

uvicorn puts the address that a trusted proxy names in `X-Forwarded-For` into `scope["client"]`,
before any application code runs (`SESSIONS_TRUSTED_PROXIES`).
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

#: Bits of an IPv6 address that a provider gives to one customer, who can use every address below.
IPV6_PREFIX = 64


def client_address(scope: Scope) -> str:
    """The key of the client in limits by address; empty if the connection has no address."""
    client = scope.get("client")
    return address_key(client[0]) if client else ""


@lru_cache(4096)
def address_key(host: str) -> str:
    """An IPv4 address, the /64 network of an IPv6 address, or the text if it is neither."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:100]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))


class TrustedProxies:
    """The addresses and networks of the reverse proxies in front of this server."""

    def __init__(self, names: Iterable[str]) -> None:
        """Raises ValueError for a name that is neither an address nor a network."""
        self._networks = [ip_network(name, strict=False) for name in names]

    def __contains__(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)
