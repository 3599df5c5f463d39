"""Chooses how a response is compressed, by the request's `Accept-Encoding`."""

from collections.abc import Sequence

from server.http.accept import parse_accept

IDENTITY = "identity"


def choose_encodings(accept_encoding: str, offered: Sequence[str]) -> list[str]:
    """Of the offered encodings those that the client accepts, best first; those it likes equally
    are in the order of the offer. Empty where the client prefers, or names, no compression."""
    weights = dict(parse_accept(accept_encoding))
    others = weights.get("*", 0.0)
    accepted = {name: weights.get(name, others) for name in offered}
    floor = weights.get(IDENTITY, 0.0)
    chosen = [name for name in offered if accepted[name] > 0 and accepted[name] >= floor]
    return sorted(chosen, key=lambda name: -accepted[name])


def refuses_identity(accept_encoding: str) -> bool:
    """Whether the client refuses what is not compressed."""
    weights = dict(parse_accept(accept_encoding))
    return weights.get(IDENTITY, weights.get("*", 1.0)) == 0
