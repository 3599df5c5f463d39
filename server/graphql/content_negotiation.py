"""Content negotiation: the media type of a response, by the `Accept` header."""

from collections.abc import Iterator

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"


def negotiate_media_type(accept: str) -> str:
    """`application/graphql-response+json` if the client names it and does not prefer JSON."""
    weights = dict(parse_accept(accept))
    return GRAPHQL if weights.get(GRAPHQL, 0) >= weights.get(JSON, 0.001) else JSON


def parse_accept(accept: str) -> Iterator[tuple[str, float]]:
    """Media types and their quality values."""
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
