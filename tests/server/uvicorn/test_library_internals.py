"""The names inside uvicorn that `server.uvicorn` depends on.

`pyproject.toml` pins its version. Where a new version fails one of these tests, read what has
changed in uvicorn, then adapt the module that the message names.
"""

from functools import partial

import httptools
import pytest
from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
)

from tests.library_internals import check_attributes, check_signature

HTTP = "uvicorn.protocols.http.httptools_impl:HttpToolsProtocol"
CYCLE = "uvicorn.protocols.http.httptools_impl:RequestResponseCycle"
WEBSOCKET = "uvicorn.protocols.websockets.websockets_sansio_impl:WebSocketsSansIOProtocol"
FLOW = "uvicorn.protocols.http.flow_control:FlowControl"
FAST_RESPONSE = "server.uvicorn.http_protocol"
HTTP_PROTOCOL = "server.uvicorn.http_protocol"
BOUNDED = "server.uvicorn.bounded_protocol"
ADMITTED = "server.uvicorn.admitted_protocol"
READER = "server.uvicorn.piecewise_reader"
WEBSOCKET_PROTOCOL = "server.uvicorn.websocket_protocol"
BOUNDED_WEBSOCKET = "server.uvicorn.bounded_websocket"

#: Name, its parameters, and the module that calls or overrides it.
SIGNATURES = [
    (
        f"{CYCLE}.__init__",
        "self scope transport flow logger access_logger access_log default_headers message_event "
        "expect_100_continue keep_alive on_response",
        FAST_RESPONSE,
    ),
    (f"{CYCLE}.receive", "self", FAST_RESPONSE),
    (f"{CYCLE}.send", "self message", FAST_RESPONSE),
    (f"{CYCLE}.send_500_response", "self", FAST_RESPONSE),
    (f"{HTTP}.on_headers_complete", "self", HTTP_PROTOCOL),
    (f"{HTTP}._start_asgi_task", "self cycle app", f"{HTTP_PROTOCOL}, {BOUNDED}"),
    (f"{HTTP}.connection_made", "self transport", BOUNDED),
    (f"{HTTP}.connection_lost", "self exc", BOUNDED),
    (f"{HTTP}.on_message_begin", "self", BOUNDED),
    (f"{HTTP}.on_response_complete", "self", f"{BOUNDED}, {FAST_RESPONSE}"),
    (f"{HTTP}.data_received", "self data", BOUNDED),
    (f"{HTTP}.on_header", "self name value", BOUNDED),
    (f"{HTTP}.on_body", "self body", BOUNDED),
    (f"{HTTP}.on_message_complete", "self", BOUNDED),
    (f"{HTTP}._should_upgrade", "self", BOUNDED),
    (f"{HTTP}.handle_websocket_upgrade", "self", f"{BOUNDED}, {ADMITTED}"),
    (f"{FLOW}.__init__", "self transport", READER),
    (f"{FLOW}.pause_reading", "self", READER),
    (f"{FLOW}.resume_reading", "self", READER),
    (f"{WEBSOCKET}.handle_connect", "self event", f"{WEBSOCKET_PROTOCOL}, {BOUNDED_WEBSOCKET}"),
    (f"{WEBSOCKET}.resume_writing", "self", f"{WEBSOCKET_PROTOCOL}, {BOUNDED_WEBSOCKET}"),
    (f"{WEBSOCKET}.connection_lost", "self exc", f"{WEBSOCKET_PROTOCOL}, {BOUNDED_WEBSOCKET}"),
    (f"{WEBSOCKET}.handle_parser_exception", "self", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.pause_writing", "self", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.data_received", "self data", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.handle_events", "self", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.handle_cont", "self event", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.handle_ping", "self", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.handle_close", "self event", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.send_receive_event_to_app", "self", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.keepalive_timeout", "self", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.run_asgi", "self", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.send", "self message", BOUNDED_WEBSOCKET),
    (f"{WEBSOCKET}.receive", "self", BOUNDED_WEBSOCKET),
    ("websockets.protocol:Protocol.fail", "self code reason", BOUNDED_WEBSOCKET),
    ("websockets.server:ServerProtocol.reject", "self status text", BOUNDED_WEBSOCKET),
]

#: Class, names of its attributes, and the module that uses them.
ATTRIBUTES = [
    (
        HTTP,
        "access_log access_logger app cycle expect_100_continue flow headers limit_concurrency "
        "logger parser root_path scope server_state transport url",
        HTTP_PROTOCOL,
    ),
    (
        HTTP,
        "cycle flow headers loop parser pipeline server_state timeout_keep_alive transport",
        BOUNDED,
    ),
    (HTTP, "client loop transport", ADMITTED),
    (FLOW, "_transport read_paused", READER),
    (
        CYCLE,
        "body default_headers disconnected flow keep_alive message_event more_body on_response "
        "response_complete response_started transport",
        FAST_RESPONSE,
    ),
    (FLOW, "write_paused resume_reading", HTTP_PROTOCOL),
    ("uvicorn.server:ServerState", "default_headers total_requests", HTTP_PROTOCOL),
    ("uvicorn.middleware.proxy_headers:ProxyHeadersMiddleware", "app", HTTP_PROTOCOL),
    (
        WEBSOCKET,
        "close_sent conn response scope transport",
        WEBSOCKET_PROTOCOL,
    ),
    (
        WEBSOCKET,
        "close_sent close_timeout close_timer conn curr_msg_data_type disconnected frames "
        "handshake_complete handshake_initiated initial_response logger loop queue read_paused "
        "transport writable",
        BOUNDED_WEBSOCKET,
    ),
    (
        "websockets.server:ServerProtocol",
        "close_sent debug events handshake_exc logger parser_exc",
        BOUNDED_WEBSOCKET,
    ),
    ("uvicorn.supervisors:Multiprocess", "processes run", "server.runner"),
]


@pytest.mark.parametrize(("path", "parameters", "used_by"), SIGNATURES, ids=lambda v: v[-60:])
def test_a_method_of_uvicorn_has_the_expected_parameters(path, parameters, used_by):
    check_signature(path, parameters, used_by)


@pytest.mark.parametrize(("path", "attributes", "used_by"), ATTRIBUTES, ids=lambda v: v[-60:])
def test_a_class_of_uvicorn_has_the_expected_attributes(path, attributes, used_by):
    check_attributes(path, attributes, used_by)


def test_the_parser_says_what_a_callback_raised():
    """`server.uvicorn.bounded_protocol` rejects a head by it."""

    class Callbacks:
        def on_headers_complete(self):
            raise LookupError

    with pytest.raises(httptools.HttpParserError) as caught:
        httptools.HttpRequestParser(Callbacks()).feed_data(b"GET / HTTP/1.1\r\n\r\n")
    assert isinstance(caught.value.__context__, LookupError)


async def answers_nothing(scope, receive, send):
    pass


def test_the_protocol_may_be_any_callable():
    """`server.server_limits` gives a partial class, with limits."""
    protocol = partial(HttpToolsProtocol)
    config = Config(answers_nothing, http=protocol, log_config=None)
    config.load()
    assert config.http_protocol_class is protocol


def test_the_parts_of_a_response_head_are_what_is_written():
    """`server.uvicorn.http_protocol` joins them."""
    assert STATUS_LINE[200] == b"HTTP/1.1 200 OK\r\n"
    assert HEADER_RE.search(b"bad name")
    assert not HEADER_RE.search(b"good-name")
    assert HEADER_VALUE_RE.search(b"bad\r\nvalue")
    assert not HEADER_VALUE_RE.search(b"good value")
    assert isinstance(STARTUP_FAILURE, int)
