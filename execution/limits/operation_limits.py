from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Sizes of pages (arguments `first` and `last`)."""

    #: Where neither the operation nor the schema gives a size.
    default: int = 50
    #: Fields reject larger pages themselves, so a larger page costs nothing more.
    maximum: int = 100


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """What one request may contain. The defaults are several times what the console needs."""

    document_bytes: int = 16_384
    tokens: int = 380
    depth: int = 20
    aliases: int = 30
    root_fields: int = 30
    directives: int = 30
    cost: int = 20_000
    #: Timeout of a query or mutation.
    seconds: float = 30.0
    #: Concurrent subscriptions of one viewer in this process.
    subscriptions: int = 200
    pages: PageLimits = PageLimits()


DEFAULT_LIMITS = OperationLimits()
