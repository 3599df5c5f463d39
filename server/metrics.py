"""What a process tells Prometheus of itself, when it is asked."""

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
from execution.schema import Schema
from server.runtime import Runtime


def metrics_endpoint(schema: Schema) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(request: Request) -> Response:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(
            RuntimeCollector(schema, request.state.runtime, len(request.state.open_connections))
        )
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return metrics


class RuntimeCollector(Collector):
    """How things are at this moment."""

    def __init__(self, schema: Schema, process: Runtime, connections: int) -> None:
        self._schema = schema
        self._process = process
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        yield gauge("connections", "WebSockets and streams that are open.", self._connections)
        yield gauge(
            "answers_running",
            "Answers that this process is writing.",
            len(self._process.generation_runner.running_ids),
        )
        yield gauge(
            "answers_watched",
            "Answers that somebody follows at this process.",
            len(self._process.generation_watches),
        )
        yield gauge(
            "database_connections_in_use",
            "Of those for requests.",
            self._process.connections_in_use,
        )
        if self._schema.plan_cache:
            yield from plan_metrics(self._schema.plan_cache)


def plan_metrics(plans: PlanCache) -> Iterator[Metric]:
    yield gauge("plan_bytes", "Memory for operations that are compiled, estimated.", plans.size)
    left = CounterMetricFamily(
        "sessions_operations_left_to_library",
        "Operations that were not run by a compiled plan, by the reason.",
        labels=["reason"],
    )
    for reason, times in plans.fallback_counts.items():
        left.add_metric([reason], times)
    yield left


def gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sessions_{name}", what, value)
