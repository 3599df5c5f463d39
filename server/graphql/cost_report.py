"""`extensions.cost` of a response. It takes a pass over the response and a read, so clients get it
only if they ask for it, with a header."""

from typing import Any

from strawberry.types.execution import ExecutionResult

from execution.schema import Schema
from schema.context import Context
from server.http.rate_limit import RateLimiter
from server.runtime import Runtime

#: The header that asks for it, with any value.
COST_HEADER = b"graphql-cost"


async def add_cost(
    schema: Schema,
    runtime: Runtime,
    context: Context,
    request: dict[str, Any],
    result: ExecutionResult,
) -> None:
    """Add the cost of an operation to the extensions of its result."""
    cost = await report_cost(schema, runtime.rate_limiter, context, request, result.data)
    if cost is not None:
        result.extensions = {**(result.extensions or {}), "cost": cost}


async def report_cost(
    schema: Schema, limiter: RateLimiter, context: Context, request: dict[str, Any], data: Any
) -> dict[str, Any] | None:
    """What the operation could have cost and did, and how many requests the caller has left; None
    for a document that is not valid."""
    requested_and_actual = schema.measure_cost(
        request.get("query"), request.get("variables"), request.get("operationName"), data
    )
    if requested_and_actual is None:
        return None
    requested, actual = requested_and_actual
    available = await limiter.find_available(context.principal)
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "maximumQueryCost": schema.limits.cost,
        "rateLimit": available and {"limit": available.limit, "remaining": available.remaining},
    }
