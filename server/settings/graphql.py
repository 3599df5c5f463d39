from pathlib import Path

from pydantic import Field

from execution.limits.operation_limits import DEFAULT_LIMITS, OperationLimits, ResponseLimits
from server.settings.section import SettingsSection
from server.uvicorn.websocket_limits import DEFAULT_LIMITS as DEFAULT_WEBSOCKET_LIMITS
from services.limits import DEFAULT_SEARCH_LIMITS, SearchLimits


class GraphQLSettings(SettingsSection):
    """Features and limits of the GraphQL API."""

    introspection: bool = Field(default=True, description="Allow introspection queries.")
    graphiql: bool = Field(default=True, description="Serve GraphiQL to browsers at `/graphql`.")
    suggestions: bool = Field(
        default=False,
        description="Suggest similar names of the schema in validation errors. For development.",
    )
    compiled: bool = Field(
        default=True,
        description="Compile operations (code generation). Otherwise the GraphQL library "
        "interprets them, with the same results but slower.",
    )
    max_document_bytes: int = Field(
        default=DEFAULT_LIMITS.document_bytes, ge=1, description="Maximum size of an operation."
    )
    max_tokens: int = Field(
        default=DEFAULT_LIMITS.tokens, ge=1, description="Maximum lexical tokens of an operation."
    )
    max_depth: int = Field(
        default=DEFAULT_LIMITS.depth,
        ge=1,
        description="Maximum nesting of fields, including fragments.",
    )
    max_aliases: int = Field(
        default=DEFAULT_LIMITS.aliases,
        ge=0,
        description="Maximum aliased fields of an operation, counted for each spread of a "
        "fragment.",
    )
    max_root_fields: int = Field(
        default=DEFAULT_LIMITS.root_fields, ge=1, description="Maximum root fields of an operation."
    )
    max_directives: int = Field(
        default=DEFAULT_LIMITS.directives, ge=0, description="Maximum directives of an operation."
    )
    max_cost: int = Field(
        default=DEFAULT_LIMITS.cost,
        ge=1,
        description="Maximum estimated number of fields in the response, computed before "
        "execution. Fields of a list count for each of its items.",
    )
    max_estimated_bytes: int = Field(
        default=DEFAULT_LIMITS.response.estimated_bytes,
        ge=1,
        description="Maximum estimated size of the response, computed before execution. Each field "
        "counts with its largest value.",
    )
    max_response_bytes: int = Field(
        default=DEFAULT_LIMITS.response.bytes,
        ge=1,
        description="Maximum size of one response or event.",
    )
    compress_from_bytes: int = Field(
        default=1_024,
        ge=0,
        description="Smallest response that is compressed with gzip, where the client accepts it.",
    )
    max_pending_bytes: int = Field(
        default=DEFAULT_LIMITS.response.pending_bytes,
        ge=1,
        description="Maximum size of all large requests of a process that are being read, and of "
        "all responses that are being made, or that clients have not read.",
    )
    max_user_pending_bytes: int = Field(
        default=DEFAULT_LIMITS.response.user_pending_bytes,
        ge=1,
        description="Of these, the maximum size of those of one user, or of one client address "
        "without sign-in.",
    )
    response_wait_seconds: float = Field(
        default=DEFAULT_LIMITS.response.wait_seconds,
        ge=0,
        description="Seconds for which an operation with a large request or response, or with long "
        "texts to write, waits if there are too many of them.",
    )
    client_read_seconds: float = Field(
        default=DEFAULT_LIMITS.response.client_read_seconds,
        gt=0,
        description="Seconds that a client has to read what it was sent, besides those that its "
        "size takes.",
    )
    client_bytes_per_second: int = Field(
        default=DEFAULT_LIMITS.response.client_bytes_per_second,
        ge=1,
        description="Bytes per second that the slowest client reads.",
    )
    max_variable_values: int = Field(
        default=DEFAULT_LIMITS.variable_values,
        ge=1,
        description="Maximum values in the variables of an operation: items of lists and fields of "
        "objects, at any depth.",
    )
    max_user_write_chars: int = Field(
        default=DEFAULT_LIMITS.write_chars,
        ge=1,
        description="Maximum characters of the texts in the mutations that one user has under way "
        "in a process. A mutation with up to 8,000 characters counts as 4,000, others as 200,000 "
        "at least. Others wait for `SESSIONS_RESPONSE_WAIT_SECONDS`.",
    )
    execution_seconds: float = Field(
        default=DEFAULT_LIMITS.seconds, gt=0, description="Timeout of a query or mutation."
    )
    max_body_bytes: int = Field(
        default=2_000_000, ge=1, description="Maximum size of the body of an HTTP request."
    )
    max_message_bytes: int = Field(
        default=1_000_000, ge=1, description="Maximum size of a WebSocket message."
    )
    max_structure_bytes: int = Field(
        default=65_536,
        ge=1_000,
        description="Maximum bytes of the JSON of a request outside of its texts: brackets, "
        "commas, numbers, white space.",
    )
    max_init_bytes: int = Field(
        default=DEFAULT_WEBSOCKET_LIMITS.init_bytes,
        ge=1,
        description="Maximum bytes that a client may send on a WebSocket until it has signed in, "
        "`connection_init` included.",
    )
    max_messages_per_minute: int = Field(
        default=DEFAULT_WEBSOCKET_LIMITS.messages_per_minute,
        ge=1,
        description="Maximum messages of a client per minute on one WebSocket. Pings and fragments "
        "count too, and each 4,096 bytes count as one more.",
    )
    max_user_websockets: int = Field(
        default=200, ge=1, description="Maximum open WebSockets of one user per process."
    )
    max_websockets: int = Field(
        default=5_000, ge=1, description="Maximum open WebSockets per process."
    )
    connection_init_seconds: float = Field(
        default=3.0, gt=0, description="Timeout of `connection_init` on a new WebSocket."
    )
    idle_seconds: float = Field(
        default=600.0,
        gt=0,
        description="Seconds without an operation after which a WebSocket is closed.",
    )
    max_operations: int = Field(
        default=50, ge=1, description="Maximum concurrent operations on one WebSocket."
    )
    max_subscriptions: int = Field(
        default=DEFAULT_LIMITS.subscriptions,
        ge=1,
        description="Maximum concurrent subscriptions of one user per process, over WebSockets and "
        "server-sent events together.",
    )
    max_search_chars: int = Field(
        default=DEFAULT_SEARCH_LIMITS.chars, ge=1, description="Maximum characters of a search."
    )
    max_search_words: int = Field(
        default=DEFAULT_SEARCH_LIMITS.words,
        ge=1,
        description="Maximum words of a search, each `or` included.",
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="JSON file with persisted queries by id, which clients can send by that id.",
    )
    only_trusted_documents: bool = Field(
        default=False, description="Reject operations that are not in that file."
    )

    @property
    def search_limits(self) -> SearchLimits:
        return SearchLimits(self.max_search_chars, self.max_search_words)

    @property
    def limits(self) -> OperationLimits:
        return OperationLimits(
            document_bytes=self.max_document_bytes,
            tokens=self.max_tokens,
            depth=self.max_depth,
            aliases=self.max_aliases,
            root_fields=self.max_root_fields,
            directives=self.max_directives,
            cost=self.max_cost,
            variable_values=self.max_variable_values,
            write_chars=self.max_user_write_chars,
            seconds=self.execution_seconds,
            subscriptions=self.max_subscriptions,
            response=ResponseLimits(
                estimated_bytes=self.max_estimated_bytes,
                bytes=self.max_response_bytes,
                pending_bytes=self.max_pending_bytes,
                user_pending_bytes=self.max_user_pending_bytes,
                wait_seconds=self.response_wait_seconds,
                client_read_seconds=self.client_read_seconds,
                client_bytes_per_second=self.client_bytes_per_second,
            ),
        )
