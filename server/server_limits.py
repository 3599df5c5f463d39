"""The limits of a server process on connections and requests, from the settings and from the limit
of file descriptors that the system sets."""

import logging
from functools import partial
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.http.connection_limits import ConnectionLimiter, ConnectionLimits
from server.settings import Settings
from server.uvicorn.http_protocol import FastHttpProtocol
from server.uvicorn.request_limits import RequestLimits
from server.uvicorn.websocket_limits import WebSocketLimits
from server.uvicorn.websocket_protocol import DirectWebSocketProtocol

try:
    import resource
except ImportError:  # Windows has no such limit
    HAS_DESCRIPTOR_LIMIT = False
else:
    HAS_DESCRIPTOR_LIMIT = True

logger = logging.getLogger(__name__)

#: Descriptors that are neither connections of clients nor in the pool of the database: other
#: connections to it, listeners, event loop, files that are being served, connections to the model
#: provider. A tenth of all, but at least:
LEAST_OTHER_DESCRIPTORS = 64
#: Stands for a system without a limit.
MANY_DESCRIPTORS = 1_000_000


def raise_descriptor_limit() -> None:
    """Raise the limit of file descriptors as far as this user may. Child processes inherit it."""
    if not HAS_DESCRIPTOR_LIMIT:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError) as error:
        # macOS refuses to set no limit.
        logger.info("The limit of file descriptors cannot be raised: %s", error)


def log_shortage(settings: Settings) -> None:
    """Log if there are too few file descriptors for `SESSIONS_MAX_CONNECTIONS`."""
    if (shortage := describe_shortage(settings)) is not None:
        logger.warning("%s", shortage)


def describe_shortage(settings: Settings) -> str | None:
    """What to do if there are not enough file descriptors for the connections, else None."""
    possible = connection_limits(settings).total
    if possible >= settings.max_connections:
        return None
    return (
        f"The limit of {descriptor_limit():,} file descriptors allows {possible:,} connections "
        f"per process instead of {settings.max_connections:,}. Raise it (ulimit -n, or "
        "LimitNOFILE in systemd), or lower SESSIONS_MAX_CONNECTIONS."
    )


def descriptor_limit() -> int:
    """The number of files and connections that this process may have open."""
    if not HAS_DESCRIPTOR_LIMIT:
        return MANY_DESCRIPTORS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MANY_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def connection_limits(settings: Settings) -> ConnectionLimits:
    """As many connections as the settings allow and the file descriptors suffice for."""
    available = descriptor_limit()
    others = max(LEAST_OTHER_DESCRIPTORS, available // 10)
    total = max(10, min(settings.max_connections, available - others - settings.pool_size))
    return ConnectionLimits(
        total=total,
        per_address=max(1, min(settings.max_connections_per_address, total // 2)),
        trusted_proxies=settings.trusted_proxies,
    )


def websocket_protocol(
    settings: Settings, limiter: ConnectionLimiter
) -> type[DirectWebSocketProtocol]:
    """The protocol class of uvicorn's configuration for WebSockets, with its limits."""
    limits = WebSocketLimits(settings.max_messages_per_minute, settings.max_init_bytes)
    return cast(
        "type[DirectWebSocketProtocol]",
        partial(DirectWebSocketProtocol, limits=limits, refusals=limiter.refusals),
    )


def http_protocol(settings: Settings, limiter: ConnectionLimiter) -> type[HttpToolsProtocol]:
    """The protocol class of uvicorn's configuration, with its limits."""
    limits = RequestLimits(
        head_bytes=settings.max_head_bytes,
        head_lines=settings.max_head_lines,
        head_seconds=settings.head_seconds,
        small_body_parts=settings.max_small_body_parts,
        body_idle_seconds=settings.body_idle_seconds,
        body_seconds=settings.body_seconds,
        pipelined_requests=settings.max_pipelined_requests,
    )
    # uvicorn only calls it. It is sent to worker processes, so it must be picklable.
    return cast(
        "type[HttpToolsProtocol]", partial(FastHttpProtocol, limits=limits, limiter=limiter)
    )
