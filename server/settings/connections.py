from ipaddress import ip_address, ip_network

from pydantic import Field, field_validator

from server.settings.section import CommaSeparated, SettingsSection


class ConnectionSettings(SettingsSection):
    """TCP connections, and how requests arrive on them."""

    max_connections: int = Field(
        default=10_000,
        ge=10,
        description="Maximum open connections of one process. Fewer, if the limit of file "
        "descriptors does not allow as many. A tenth is reserved: for single requests of new "
        "clients, such as health probes.",
    )
    max_connections_per_address: int = Field(
        default=1_000,
        ge=1,
        description="Maximum open connections of one client address to one process; at most half "
        "of all. The /64 network of an IPv6 address counts as one address.",
    )
    keep_alive_seconds: int = Field(
        default=5,
        ge=1,
        description="Seconds without a request after which an HTTP connection is closed, also "
        "before its first one.",
    )
    max_head_bytes: int = Field(
        default=65_536,
        ge=8_192,
        description="Maximum size of the head of a request; about, because it is read in pieces "
        "of 4 KB.",
    )
    max_head_lines: int = Field(
        default=100, ge=1, description="Maximum number of headers of a request."
    )
    head_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Timeout of the head of a request, from its first byte to its end.",
    )
    max_small_body_parts: int = Field(
        default=2_000,
        ge=100,
        description="Maximum chunks of a body, or pieces in which it arrives, that have less than "
        "128 bytes.",
    )
    body_idle_seconds: float = Field(
        default=30.0, gt=0, description="Seconds without a byte after which a body is given up."
    )
    body_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Timeout of a whole request, from its first byte to the end of its body.",
    )
    max_pipelined_requests: int = Field(
        default=16,
        ge=1,
        description="Requests on one connection that wait for a response to the one before them. "
        "Reading stops there, give or take the rest of a piece of 4 KB.",
    )
    trusted_proxies: CommaSeparated = Field(
        default=("127.0.0.1", "::1"),
        description="Addresses and networks of reverse proxies, separated by commas, such as "
        "`10.0.0.0/8`. Their `X-Forwarded-For` header says which address a request counts under, "
        "and limits by address do not apply to their own connections.",
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def split_networks(cls, value: object) -> object:
        """Raises ValueError for a name that is neither an address nor a network."""
        if not isinstance(value, str):
            return value
        names = tuple(name.strip() for name in value.split(",") if name.strip())
        # Written as uvicorn reads them.
        return tuple(
            str(ip_network(name, strict=False)) if "/" in name else str(ip_address(name))
            for name in names
        )
