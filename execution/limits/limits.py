from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """How much a client may ask at once. Several times what the console and GraphiQL need."""

    document_bytes: int = 16_384
    tokens: int = 380
    depth: int = 20
    aliases: int = 30
    root_fields: int = 30
    directives: int = 30
    cost: int = 20_000
    seconds: float = 30.0
    subscriptions: int = 200


DEFAULT_LIMITS = OperationLimits()
