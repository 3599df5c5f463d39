from ipaddress import ip_network

from pydantic import Field, field_validator

from server.settings.section import CommaSeparated, SettingsSection


class ConnectionSettings(SettingsSection):
    """TCP connections, and how requests arrive on them."""

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
        for name in names:
            ip_network(name, strict=False)
        return names
