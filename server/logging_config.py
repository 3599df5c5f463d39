"""Logging to standard error, uvicorn's messages included, as text or as JSON.

Libraries log from level `info` up, whatever the level is: at `debug` they write headers and bodies,
with the credentials of clients and of this server (websockets, httpcore2, anthropic).
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from services.ai.redact.redactor import redact

#: The packages whose messages of level `debug` are written.
OWN_PACKAGES = (
    "models",
    "storage",
    "services",
    "queries",
    "realtime",
    "execution",
    "schema",
    "resolvers",
    "server",
)
#: Libraries that write the URLs they request at level `info`, which may contain a key.
QUIET_LIBRARIES = ("alembic", "httpx2", "httpcore2")

TEXT_FORMAT = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"


#: Characters of a message or a traceback that are written; redaction of more would take long.
LONGEST_TEXT = 8_000


#: The public part of an API key, by which an operator finds it. A whole key goes on behind it.
KEY_PREFIX = re.compile(r"(\bus_[0-9a-f]{12}\b(?!_))")


def redact_for_log(text: str) -> str:
    """The text without secrets: an error may quote what a client has sent."""
    if len(text) > LONGEST_TEXT:
        half = LONGEST_TEXT // 2
        text = f"{text[:half]}\n... {len(text) - LONGEST_TEXT:,} characters ...\n{text[-half:]}"
    parts = KEY_PREFIX.split(text)
    parts[::2] = map(redact, parts[::2])
    return "".join(parts)


class TextFormatter(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__(TEXT_FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        record.message = redact_for_log(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return redact_for_log(super().formatException(ei))


class JSONFormatter(logging.Formatter):
    """One JSON object per line, tracebacks included, for log collectors that read lines."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact_for_log(record.getMessage()),
            "process": record.process,
        }
        if record.exc_info:
            entry["exception"] = redact_for_log(self.formatException(record.exc_info))
        # ASCII only, because a message may contain lone surrogates.
        return json.dumps(entry)


def configure_logging(level: str, log_format: str) -> None:
    """Configure the root logger, to which all loggers propagate, uvicorn's included.

    `level` is the name of a level in lower case.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JSONFormatter() if log_format == "json" else TextFormatter())
    own_level: int = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(own_level, logging.INFO), handlers=[handler])
    for name in OWN_PACKAGES:
        logging.getLogger(name).setLevel(own_level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(own_level, logging.WARNING))
