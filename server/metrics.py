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

from execution.compiled.plan_cache import Plans
from execution.schema import Schema
from server.runtime import Process


def endpoint(schema: Schema) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(request: Request) -> Response:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(Standing(schema, request.state.process, len(request.state.visits)))
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return metrics


class Standing(Collector):
    """How things are at this moment."""

    def __init__(self, schema: Schema, process: Process, connections: int) -> None:
        self._schema = schema
        self._process = process
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        yield gauge("connections", "WebSockets and streams that are open.", self._connections)
        yield gauge(
            "answers_running",
            "Answers that this process is writing.",
            len(self._process.writer.running),
        )
        yield gauge(
            "answers_watched",
            "Answers that somebody follows at this process.",
            len(self._process.watches),
        )
        yield gauge(
            "database_connections_in_use",
            "Of those for requests.",
            self._process.connections_in_use,
        )
        if self._schema.plans:
            yield from of_plans(self._schema.plans)


def of_plans(plans: Plans) -> Iterator[Metric]:
    yield gauge("plan_bytes", "Memory for operations that are compiled, estimated.", plans.size)
    left = CounterMetricFamily(
        "sessions_operations_left_to_library",
        "Operations that were not run by a compiled plan, by the reason.",
        labels=["reason"],
    )
    for reason, times in plans.left.items():
        left.add_metric([reason], times)
    yield left


def gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sessions_{name}", what, value)
