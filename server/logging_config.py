"""Logging to standard error, uvicorn's messages included, as text or as JSON."""

import json
import logging
from datetime import UTC, datetime

TEXT_FORMAT = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"


class JSONFormatter(logging.Formatter):
    """One JSON object per line, tracebacks included, for log collectors that read lines."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        # ASCII only, because a message may contain lone surrogates.
        return json.dumps(entry)


def configure_logging(level: str, log_format: str) -> None:
    """Configure the root logger, to which all loggers propagate, uvicorn's included."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JSONFormatter() if log_format == "json" else logging.Formatter(TEXT_FORMAT)
    )
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)
