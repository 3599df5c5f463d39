"""Bounds the open TCP connections of this process, by address and in total.

The last tenth of the connections is reserved for clients that connect now, such as health probes
and people who sign in: each of these connections serves one request and no WebSocket. If even the
reserve is in use, a new connection displaces the oldest of these that has not sent a whole request,
so silent connections keep nobody out.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from server.http.client_address import TrustedProxies, address_key
from server.http.refusals import RefusalReason, Refusals

#: The part of all connections that is reserved.
RESERVE_DIVISOR = 10


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Numbers of open connections of a process."""

    total: int = 10_000
    per_address: int = 1_000
    trusted_proxies: tuple[str, ...] = ()

    @property
    def unreserved(self) -> int:
        return self.total - max(1, self.total // RESERVE_DIVISOR)


class ConnectionRefused(Exception):
    """A new connection exceeds a limit."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True, eq=False)
class Admission:
    """An open connection that counts until it is released."""

    _limiter: "ConnectionLimiter | None"
    #: None for a trusted proxy.
    address: str | None
    is_reserved: bool

    def release(self) -> None:
        """Stop counting the connection. May be called again."""
        if self._limiter is not None:
            self._limiter.forget(self)
            self._limiter = None

    def protect(self) -> None:
        """The connection has sent a whole request: it is displaced no more."""
        if self._limiter is not None:
            self._limiter.protect(self)


class ConnectionLimiter:
    """The open connections of this process. Picklable before the first one."""

    def __init__(self, limits: ConnectionLimits | None = None) -> None:
        """Raises ValueError for a proxy that is neither an address nor a network."""
        self.limits = limits or ConnectionLimits()
        self.refusals = Refusals()
        self.open = 0
        #: Refused connections that are open until they have got their response.
        self.refused_open = 0
        self._trusted = TrustedProxies(self.limits.trusted_proxies)
        self._by_address = Counter[str]()
        #: Reserved connections without a whole request, oldest first, and what closes each of them.
        self._silent: dict[Admission, Callable[[], None]] = {}

    def admit(self, host: str, displace: Callable[[], None]) -> Admission:
        """Count a new connection. `displace` closes it, if it gives way to a newer one.

        Raises ConnectionRefused.
        """
        address = None if host in self._trusted else address_key(host)
        if address is not None and self._by_address[address] >= self.limits.per_address:
            raise ConnectionRefused(RefusalReason.CONNECTIONS_OF_ADDRESS)
        if self.open >= self.limits.total:
            self._displace_oldest()
        admission = Admission(self, address, is_reserved=self.open >= self.limits.unreserved)
        self.open += 1
        if address is not None:
            self._by_address[address] += 1
        if admission.is_reserved:
            self._silent[admission] = displace
        return admission

    def forget(self, admission: Admission) -> None:
        self.open -= 1
        self._silent.pop(admission, None)
        if (address := admission.address) is not None:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    def protect(self, admission: Admission) -> None:
        self._silent.pop(admission, None)

    def _displace_oldest(self) -> None:
        """Raises ConnectionRefused if every reserved connection has sent a request."""
        admission = next(iter(self._silent), None)
        if admission is None:
            raise ConnectionRefused(RefusalReason.CONNECTIONS_OF_PROCESS)
        displace = self._silent[admission]
        admission.release()
        self.refusals.count(
            RefusalReason.DISPLACED,
            f"All {self.limits.total:,} connections are in use: a new one displaces the oldest "
            "without a request.",
        )
        displace()
