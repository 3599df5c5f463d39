import re
from typing import Literal

from pydantic import Field, field_validator

from server.settings.section import SettingsSection

#: Paths of the server: below another one they would be ambiguous.
OWN_PATHS = ("/graphql/", "/graphiql/", "/assets/", "/health/", "/metrics/")


class ServingSettings(SettingsSection):
    """The server process: address, workers, shutdown, logs, metrics."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Number of server processes that share the port."
    )
    base_path: str = Field(
        default="",
        description="Path below which a reverse proxy shows this server, as `/desk`; see "
        "[reverse proxies](proxy.md). The proxy may remove it from the requests or leave it.",
    )
    drain_seconds: float = Field(
        default=5.0,
        ge=0,
        description="Graceful shutdown: seconds that running requests and answers have to finish. "
        "Other processes continue unfinished answers.",
    )
    client_timeout: float = Field(
        default=40.0,
        ge=1,
        description="Seconds after which the connection of an unresponsive client is closed.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Minimum level of log messages. Messages of libraries start at `info`, because "
        "their `debug` messages contain credentials.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="Format of the log on standard error: lines of text, or one JSON object per "
        "line with `time`, `level`, `logger`, `message`, `process` and, after an error, "
        "`exception`.",
    )
    metrics: bool = Field(
        default=False,
        description="Serve Prometheus metrics at `/metrics`. They contain no content of sessions, "
        "but need no authentication, so do not expose this path. With several workers, each "
        "response describes one of them; to see all, run each on a port of its own.",
    )

    @field_validator("base_path")
    @classmethod
    def normalize_base_path(cls, value: str) -> str:
        """With a slash before it and none behind. Raises ValueError."""
        path = f"/{value.strip('/')}" if value.strip("/") else ""
        if not re.fullmatch(r"(/[\w.~-]+)*", path, re.ASCII) or {".", ".."} & set(path.split("/")):
            raise ValueError("give a path of letters, digits, - . _ and ~, such as /desk")
        if f"{path}/".startswith(OWN_PATHS):
            raise ValueError(f"the server uses {path} itself; give another path, such as /desk")
        return path
