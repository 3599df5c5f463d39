"""Which of its forms an answer takes, by what the client accepts."""

from collections.abc import Iterator

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"


def for_result(accept: str) -> str:
    """GraphQL's own media type for those who name it, and prefer JSON no more than that."""
    weights = dict(accepted(accept))
    return GRAPHQL if weights.get(GRAPHQL, 0) >= weights.get(JSON, 0.001) else JSON


def accepted(accept: str) -> Iterator[tuple[str, float]]:
    """Media types by name, without wildcards, with their weights."""
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        yield name, weight(parameters)


def weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0
    return 1
