"""Counts what is refused before the application sees it, and logs it once per episode, because a
client can repeat it as fast as it can send."""

import logging
from collections import Counter
from enum import StrEnum

from server.http.repeated_log import EPISODE_SECONDS, LogEpisodes

logger = logging.getLogger(__name__)


class RefusalReason(StrEnum):
    """Why a connection or a request is refused: the label of the metric."""

    CONNECTIONS_OF_ADDRESS = "connections_of_address"
    CONNECTIONS_OF_PROCESS = "connections_of_process"
    #: A connection without a request gave way to a new one.
    DISPLACED = "displaced"
    HEAD_SIZE = "head_size"
    HEAD_TIME = "head_time"
    BODY_TIME = "body_time"
    MALFORMED = "malformed"
    WEBSOCKETS_OF_USER = "websockets_of_user"
    WEBSOCKETS_OF_PROCESS = "websockets_of_process"
    #: A WebSocket that sent too much was closed.
    WEBSOCKET_MESSAGES = "websocket_messages"


class Refusals:
    """The refusals of this process."""

    def __init__(self) -> None:
        self.counts = Counter[RefusalReason](dict.fromkeys(RefusalReason, 0))
        self._episodes = LogEpisodes()

    def count(self, reason: RefusalReason, what: str) -> None:
        """`what` is logged at the beginning of an episode."""
        self.counts[reason] += 1
        if self._episodes.begin_with(reason):
            logger.warning(
                "%s Further ones are only counted, until there are none for %d s (%s: %d so far)",
                what,
                EPISODE_SECONDS,
                reason,
                self.counts[reason],
            )
