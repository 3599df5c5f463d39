"""Addresses as they are listened on, and as they are written."""

import ipaddress
import socket


def address_family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def url_host(host: str) -> str:
    """As in a URL."""
    return f"[{host}]" if ":" in host else host


def client_host(host: str) -> str:
    """How one gets, from this machine, to a server that listens there."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return url_host(host)
    return "127.0.0.1" if address.version == 4 else "[::1]"
