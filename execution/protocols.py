"""What the execution needs from the application: the context of an operation, its errors."""

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple, Protocol


class ViewerContext(Protocol):
    """The `context_value` of an operation."""

    @property
    def viewer_key(self) -> Hashable:
        """Identifies the viewer. Limits on concurrent subscriptions count per key."""

    @property
    def viewer_group(self) -> Hashable:
        """Viewers of one group get the same result, unless resolvers read who the viewer is."""

    @property
    def keeps_datetimes(self) -> bool:
        """Whether the JSON encoder formats datetimes, so that results may hold them as they are."""

    def for_viewer(self, on_identity_read: Callable[[], object]) -> "ViewerContext":
        """A context of its own for an execution whose result several viewers may share.

        It must call `on_identity_read` when a resolver reads who the viewer is.
        """


class ClientError(NamedTuple):
    """What a client sees of an exception; `extensions` come beside the code."""

    message: str
    code: str
    extensions: Mapping[str, str] = {}


#: Maps an exception to what the client sees; None hides it as an internal error.
ErrorClassifier = Callable[[Exception], ClientError | None]


def classify_nothing(_: Exception) -> None:
    """The default classifier: every exception of a resolver is an internal error."""
