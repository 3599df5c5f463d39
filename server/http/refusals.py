"""Counts what a process refuses for a limit, and logs it once per episode, because a client can
repeat it as fast as it can send."""

import logging
from collections import Counter
from collections.abc import Hashable
from enum import StrEnum

from storage.log_episodes import EPISODE_SECONDS, LogEpisodes

logger = logging.getLogger(__name__)

#: Key in the state of the lifespan.
REFUSALS = "refusals"


class RefusalReason(StrEnum):
    """Why a connection or a request is refused: the label of the metric."""

    CONNECTIONS_OF_ADDRESS = "connections_of_address"
    CONNECTIONS_OF_PROCESS = "connections_of_process"
    #: A connection without a request gave way to a new one.
    DISPLACED = "displaced"
    HEAD_SIZE = "head_size"
    HEAD_TIME = "head_time"
    BODY_TIME = "body_time"
    SMALL_BODY_PARTS = "small_body_parts"
    MALFORMED = "malformed"
    #: Without sign-in, by the address of the client.
    ANONYMOUS_REQUESTS = "anonymous_requests"
    #: Wrong keys and tokens.
    FAILED_SIGN_INS = "failed_sign_ins"
    #: Credentials that were not checked, after too many wrong ones.
    THROTTLED_SIGN_INS = "throttled_sign_ins"
    #: Above the rate of the user or of the account.
    REQUESTS_OF_USER = "requests_of_user"
    SUBSCRIPTIONS_OF_USER = "subscriptions_of_user"
    WRITES_OF_USER = "writes_of_user"
    OPERATIONS_OF_WEBSOCKET = "operations_of_websocket"
    WEBSOCKETS_OF_USER = "websockets_of_user"
    WEBSOCKETS_OF_PROCESS = "websockets_of_process"
    #: A WebSocket that sent too much was closed.
    WEBSOCKET_MESSAGES = "websocket_messages"
    #: The client did not read what it was sent, and its connection was closed.
    UNREAD_RESPONSES = "unread_responses"


class Refusals:
    """The refusals of this process."""

    def __init__(self) -> None:
        self.counts = Counter[RefusalReason](dict.fromkeys(RefusalReason, 0))
        self._episodes = LogEpisodes()

    def count(self, reason: RefusalReason, what: str, client: Hashable = None) -> None:
        """`what` is logged at the beginning of an episode: of the client, such as a user or an
        address, or of all clients."""
        self.counts[reason] += 1
        if self._episodes.begin_with((reason, client)):
            logger.warning(
                "%s Further ones are only counted, until there are none for %d s (%s: %d so far)",
                what,
                EPISODE_SECONDS,
                reason,
                self.counts[reason],
            )

    def count_silently(self, reason: RefusalReason) -> None:
        """For what is logged elsewhere."""
        self.counts[reason] += 1
