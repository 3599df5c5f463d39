"""HTTP as uvicorn speaks it, with a short way for the usual request."""

import re
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.uvicorn.fast_response import FastRequestResponseCycle
from server.uvicorn.keep_alive import KeepAliveHttpProtocol

#: An address with nothing in it to take apart.
PLAIN_PATH = re.compile(rb"/[\w/-]*")
#: What a proxy says of its client.
FORWARDED_HEADERS = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


class FastHttpProtocol(KeepAliveHttpProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        through = self.app
        self._unforwarded = through.app if isinstance(through, ProxyHeadersMiddleware) else through
        #: What the short way leaves out, as this server is told to.
        self._is_direct = (
            self.limit_concurrency is None and not self.access_log and not self.root_path
        )

    def on_headers_complete(self) -> None:
        if not self._is_usual():
            super().on_headers_complete()
            return
        scope = self.scope
        scope["method"] = "POST"
        scope["path"] = self.url.decode()
        scope["raw_path"] = self.url
        scope["query_string"] = b""
        self.cycle = FastRequestResponseCycle(self)
        is_forwarded = not FORWARDED_HEADERS.isdisjoint([name for name, _ in self.headers])
        self._start_asgi_task(self.cycle, self.app if is_forwarded else self._unforwarded)

    def _is_usual(self) -> bool:
        parser = self.parser
        return (
            self._is_direct
            and parser.get_method() == b"POST"
            and (self.cycle is None or self.cycle.response_complete)
            and PLAIN_PATH.fullmatch(self.url) is not None
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
        )
