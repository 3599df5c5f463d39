"""uvicorn's HTTP protocol with a fast path for ordinary requests.

Together with `fast_response`, `response_head` and `keep_alive` it saves a fifth of the CPU of a
request, which is why it is written by hand: see ADR 24. Everything unusual is left to uvicorn.
"""

import re
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.uvicorn.fast_response import FastRequestResponseCycle
from server.uvicorn.keep_alive import KeepAliveHttpProtocol

#: A path without query string and escapes, which needs no parsing.
PLAIN_PATH = re.compile(rb"/[\w/-]*")
#: Headers of a proxy about its client.
FORWARDED_HEADERS = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


class FastHttpProtocol(KeepAliveHttpProtocol):
    """Gives an ordinary request a `FastRequestResponseCycle`, all others uvicorn's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app
        self._app_without_proxy_headers = (
            app.app if isinstance(app, ProxyHeadersMiddleware) else app
        )
        #: Whether uvicorn's configuration uses none of the features that the fast path omits.
        self._has_fast_path = (
            self.limit_concurrency is None and not self.access_log and not self.root_path
        )

    def on_headers_complete(self) -> None:
        if not self._is_ordinary_request():
            super().on_headers_complete()
            return
        scope = self.scope
        scope["method"] = "POST"
        scope["path"] = self.url.decode()
        scope["raw_path"] = self.url
        scope["query_string"] = b""
        self.cycle = FastRequestResponseCycle(self)
        is_forwarded = not FORWARDED_HEADERS.isdisjoint([name for name, _ in self.headers])
        self._start_asgi_task(
            self.cycle, self.app if is_forwarded else self._app_without_proxy_headers
        )

    def _is_ordinary_request(self) -> bool:
        parser = self.parser
        return (
            self._has_fast_path
            and parser.get_method() == b"POST"
            and (self.cycle is None or self.cycle.response_complete)
            and PLAIN_PATH.fullmatch(self.url) is not None
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
        )
