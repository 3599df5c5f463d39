"""Host names and addresses in sockets and URLs."""

import ipaddress
import socket


def address_family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def url_host(host: str) -> str:
    """The host part of a URL: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


def client_host(host: str) -> str:
    """The host under which a client on this machine reaches a server that listens on `host`."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return url_host(host)
    return "127.0.0.1" if address.version == 4 else "[::1]"
