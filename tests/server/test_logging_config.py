"""Logs as JSON."""

import json
import logging
import sys

import pytest

from server.logging_config import LONGEST_TEXT, JSONFormatter, TextFormatter
from tests.server_process import serving


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("server.test", logging.WARNING, __file__, 1, message, arguments, None)


def test_a_message_is_one_line_with_its_fields():
    line = JSONFormatter().format(record("It says %s:\n%s", "hello", "world"))
    assert "\n" not in line
    entry = json.loads(line)
    assert entry["message"] == "It says hello:\nworld"
    assert (entry["level"], entry["logger"]) == ("warning", "server.test")
    assert entry["time"].endswith("+00:00")
    assert "exception" not in entry


def test_a_traceback_is_a_part_of_the_line():
    try:
        raise ValueError("broken \ud800")
    except ValueError:
        failed = record("It failed")
        failed.exc_info = sys.exc_info()
    line = JSONFormatter().format(failed)
    assert "\n" not in line
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_every_line_of_a_server_is_json(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_LOG_FORMAT="json") as server:
        assert server.has_logged("Application startup complete")
        server.stop()
    entries = [json.loads(line) for line in server.log]
    assert {"uvicorn.error"} <= {entry["logger"] for entry in entries}


@pytest.mark.parametrize("formatter", [JSONFormatter(), TextFormatter()])
def test_no_secret_of_a_message_or_an_exception_is_written(formatter):
    try:
        raise ValueError("the password is Kestrel!Wing77")
    except ValueError:
        failed = record("sent %s", "Authorization: Bearer 7Kx9mQ2pL4sT8vW1yZ3bN6")
        failed.exc_info = sys.exc_info()
    line = formatter.format(failed)
    assert "[redacted]" in line
    assert "ValueError" in line
    assert "Kestrel" not in line
    assert "7Kx9" not in line


def test_a_long_message_is_cut_before_it_is_redacted():
    line = TextFormatter().format(record("%s", "token ((((" * LONGEST_TEXT))
    assert len(line) < LONGEST_TEXT + 200
    assert "characters ..." in line
