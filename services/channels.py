"""The NOTIFY channels between the processes of the server."""

from enum import StrEnum


class Channel(StrEnum):
    """What has changed; the value is the name of the Postgres channel, the payload has the ids."""

    SESSION = "session_changed"
    #: An event in one of the account's sessions.
    ACCOUNT = "account_changed"
    GENERATION_TEXT = "generation_text"
    GENERATION_ENDED = "generation_ended"
    #: A lease was released: another process may take over the generation.
    GENERATION_FREE = "generation_free"
