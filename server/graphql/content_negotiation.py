"""Which of its forms an answer takes, by what the client accepts."""

from collections.abc import Iterator

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"


def negotiate_media_type(accept: str) -> str:
    """GraphQL's own media type for those who name it, and prefer JSON no more than that."""
    weights = dict(parse_accept(accept))
    return GRAPHQL if weights.get(GRAPHQL, 0) >= weights.get(JSON, 0.001) else JSON


def parse_accept(accept: str) -> Iterator[tuple[str, float]]:
    """Media types by name, without wildcards, with their weights."""
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        yield name, q_value(parameters)


def q_value(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0
    return 1
