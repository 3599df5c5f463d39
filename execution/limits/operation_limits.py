from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Sizes of pages (arguments `first` and `last`)."""

    #: Where neither the operation nor the schema gives a size.
    default: int = 50
    #: Fields reject larger pages themselves, so a larger page costs nothing more.
    maximum: int = 100


@dataclass(frozen=True, slots=True)
class ResponseLimits:
    """Sizes of responses in bytes, and what clients may leave unread."""

    #: Larger estimates are rejected before execution, see `value_sizes`.
    estimated_bytes: int = 16_000_000
    #: Of one response or event, as it is sent.
    bytes: int = 10_000_000
    #: Of all responses of this process that are being made or have not been read.
    pending_bytes: int = 100_000_000
    #: Of these, those of one user.
    user_pending_bytes: int = 40_000_000
    #: Time for which an operation with a large response waits for memory.
    wait_seconds: float = 5.0
    #: Time in which a client has to read what it was sent, besides that for its bytes.
    client_read_seconds: float = 30.0
    #: What the slowest client reads.
    client_bytes_per_second: int = 50_000


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
    #: Items of lists and fields of objects in the variables, at any depth.
    variable_values: int = 500
    #: Characters of the texts in the mutations that one viewer has under way in this process.
    write_chars: int = 400_000
    #: Timeout of a query or mutation.
    seconds: float = 30.0
    #: Concurrent subscriptions of one viewer in this process.
    subscriptions: int = 200
    pages: PageLimits = PageLimits()
    response: ResponseLimits = ResponseLimits()


DEFAULT_LIMITS = OperationLimits()
