"""Prometheus metrics of this process."""

from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    GCCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from execution.compiled.plan_cache import PlanCache
from execution.limits.response_memory import ResponseMemory
from execution.schema import Schema
from server.auth.connection_expiry import OpenConnections
from server.http.connection_limits import ConnectionLimiter
from server.http.refusals import Refusals
from server.runtime import Runtime
from storage.database_problems import PROBLEM_COUNTS
from storage.pool import count_connections_in_use


def metrics_endpoint(
    schema: Schema, refusals: Refusals, limiter: ConnectionLimiter | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """The handler of `/metrics`, with a registry of its own for each request."""

    async def metrics(request: Request) -> Response:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(
            RuntimeCollector(schema, request.state.runtime, request.state.open_connections)
        )
        registry.register(RefusalCollector(refusals))
        if limiter is not None:
            registry.register(ConnectionCollector(limiter))
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return metrics


class RuntimeCollector(Collector):
    """Collects the current values of the runtime."""

    def __init__(self, schema: Schema, runtime: Runtime, connections: OpenConnections) -> None:
        self._schema = schema
        self._runtime = runtime
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        yield gauge("connections", "Open WebSockets and streams.", len(self._connections))
        yield gauge(
            "websockets",
            "Open WebSockets, signed in or not.",
            self._connections.websocket_count,
        )
        yield gauge(
            "answers_running",
            "Answers that this process generates.",
            len(self._runtime.generation_runner.running_ids),
        )
        yield gauge(
            "answers_watched",
            "Answers with subscribers at this process.",
            len(self._runtime.generation_watches),
        )
        yield gauge(
            "database_connections_in_use",
            "Database connections that requests use.",
            self._runtime.connections_in_use,
        )
        yield gauge(
            "sign_in_connections_in_use",
            "Database connections that sign-in uses beside those of requests.",
            count_connections_in_use(self._runtime.sign_in_engine),
        )
        searches = self._runtime.tenancy.searches
        yield gauge("searches_running", "Searches that use a connection.", searches.running)
        yield CounterMetricFamily(
            "sessions_reads_timed_out",
            "Reads that were cancelled after their timeout, and searches that found no connection.",
            value=searches.timed_out,
        )
        yield from response_metrics(self._schema.response_memory)
        yield database_problem_metrics()
        if self._schema.plan_cache:
            yield from plan_metrics(self._schema.plan_cache)


class ConnectionCollector(Collector):
    """Collects the open connections."""

    def __init__(self, limiter: ConnectionLimiter) -> None:
        self._limiter = limiter

    def collect(self) -> Iterator[Metric]:
        yield gauge("tcp_connections", "Open TCP connections of clients.", self._limiter.open)
        yield gauge(
            "tcp_connections_max",
            "Open TCP connections that this process allows.",
            self._limiter.limits.total,
        )


class RefusalCollector(Collector):
    """Collects what was refused for a limit."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def collect(self) -> Iterator[Metric]:
        refused = CounterMetricFamily(
            "sessions_refused",
            "Connections, sign-ins and requests refused or closed for a limit, by the reason.",
            labels=["reason"],
        )
        for reason, times in self._refusals.counts.items():
            refused.add_metric([reason], times)
        yield refused


def response_metrics(memory: ResponseMemory) -> Iterator[Metric]:
    yield gauge(
        "response_bytes_pending",
        "Responses that are being made or have not been read.",
        memory.used,
    )
    yield CounterMetricFamily(
        "sessions_responses_rejected_for_memory",
        "Operations rejected because of too many large responses.",
        value=memory.rejected,
    )


def plan_metrics(plans: PlanCache) -> Iterator[Metric]:
    yield gauge("plan_bytes", "Estimated memory of compiled operations.", plans.size)
    fallbacks = CounterMetricFamily(
        "sessions_operations_left_to_library",
        "Operations that the GraphQL library executed, by the reason.",
        labels=["reason"],
    )
    for reason, times in plans.fallback_counts.items():
        fallbacks.add_metric([reason], times)
    yield fallbacks


def database_problem_metrics() -> Metric:
    problems = CounterMetricFamily(
        "sessions_database_problems",
        "Statements and connections that failed for a problem of PostgreSQL, by the problem.",
        labels=["problem"],
    )
    for name, times in PROBLEM_COUNTS.items():
        problems.add_metric([name], times)
    return problems


def gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sessions_{name}", what, value)
