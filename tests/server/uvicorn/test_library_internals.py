"""The names inside uvicorn that `server.uvicorn` depends on.

`pyproject.toml` pins its version. Where a new version fails one of these tests, read what has
changed in uvicorn, then adapt the module that the message names.
"""

import pytest
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE

from tests.library_internals import check_attributes, check_signature

HTTP = "uvicorn.protocols.http.httptools_impl:HttpToolsProtocol"
CYCLE = "uvicorn.protocols.http.httptools_impl:RequestResponseCycle"
WEBSOCKET = "uvicorn.protocols.websockets.websockets_sansio_impl:WebSocketsSansIOProtocol"
FAST_RESPONSE = "server.uvicorn.http_protocol"
HTTP_PROTOCOL = "server.uvicorn.http_protocol"
KEEP_ALIVE = "server.uvicorn.http_protocol"
WEBSOCKET_PROTOCOL = "server.uvicorn.websocket_protocol"

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
    (f"{HTTP}._start_asgi_task", "self cycle app", f"{HTTP_PROTOCOL}, {KEEP_ALIVE}"),
    (f"{HTTP}.connection_made", "self transport", KEEP_ALIVE),
    (f"{HTTP}.connection_lost", "self exc", KEEP_ALIVE),
    (f"{HTTP}.on_message_begin", "self", KEEP_ALIVE),
    (f"{HTTP}.on_response_complete", "self", f"{KEEP_ALIVE}, {FAST_RESPONSE}"),
    (f"{HTTP}.timeout_keep_alive_handler", "self", KEEP_ALIVE),
    (f"{HTTP}.handle_websocket_upgrade", "self", KEEP_ALIVE),
    (f"{WEBSOCKET}.handle_connect", "self event", WEBSOCKET_PROTOCOL),
    (f"{WEBSOCKET}.handle_parser_exception", "self", WEBSOCKET_PROTOCOL),
    (f"{WEBSOCKET}.pause_writing", "self", WEBSOCKET_PROTOCOL),
    (f"{WEBSOCKET}.resume_writing", "self", WEBSOCKET_PROTOCOL),
    (f"{WEBSOCKET}.connection_lost", "self exc", WEBSOCKET_PROTOCOL),
]

#: Class, names of its attributes, and the module that uses them.
ATTRIBUTES = [
    (
        HTTP,
        "access_log access_logger app cycle expect_100_continue flow headers limit_concurrency "
        "logger parser root_path scope server_state transport url",
        HTTP_PROTOCOL,
    ),
    (HTTP, "loop pipeline server_state timeout_keep_alive transport", KEEP_ALIVE),
    (
        CYCLE,
        "body default_headers disconnected flow keep_alive message_event more_body on_response "
        "response_complete response_started transport",
        FAST_RESPONSE,
    ),
    ("uvicorn.protocols.http.flow_control:FlowControl", "write_paused resume_reading", HTTP),
    ("uvicorn.server:ServerState", "default_headers total_requests", HTTP_PROTOCOL),
    ("uvicorn.middleware.proxy_headers:ProxyHeadersMiddleware", "app", HTTP_PROTOCOL),
    (
        WEBSOCKET,
        "close_sent close_timeout close_timer conn loop queue response scope transport",
        WEBSOCKET_PROTOCOL,
    ),
    ("uvicorn.supervisors:Multiprocess", "processes run", "server.runner"),
]


@pytest.mark.parametrize(("path", "parameters", "used_by"), SIGNATURES, ids=lambda v: v[-60:])
def test_a_method_of_uvicorn_has_the_expected_parameters(path, parameters, used_by):
    check_signature(path, parameters, used_by)


@pytest.mark.parametrize(("path", "attributes", "used_by"), ATTRIBUTES, ids=lambda v: v[-60:])
def test_a_class_of_uvicorn_has_the_expected_attributes(path, attributes, used_by):
    check_attributes(path, attributes, used_by)


def test_the_parts_of_a_response_head_are_what_is_written():
    """`server.uvicorn.http_protocol` joins them."""
    assert STATUS_LINE[200] == b"HTTP/1.1 200 OK\r\n"
    assert HEADER_RE.search(b"bad name")
    assert not HEADER_RE.search(b"good-name")
    assert HEADER_VALUE_RE.search(b"bad\r\nvalue")
    assert not HEADER_VALUE_RE.search(b"good value")
    assert isinstance(STARTUP_FAILURE, int)
