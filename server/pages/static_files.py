"""Static files that `make console` builds."""

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

#: For pages and for missing files: browsers revalidate them each time.
PAGE_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}

#: Sources that the pages and their scripts may load.
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)

NOT_BUILT = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>Unified Sessions</title>
<style nonce="NONCE">
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 42rem; margin: auto; padding: 2rem 1rem }
  pre { background: #f1f5f9; padding: 1rem; border-radius: .5rem; overflow-x: auto }
</style>
<h1>Unified Sessions</h1>
CONTENT
</html>
"""


def not_built_page(content: str) -> str:
    """The page in place of one that is not built yet."""
    return NOT_BUILT.replace("CONTENT", content)


class ImmutableStaticFiles(StaticFiles):
    """Files with a content hash in their names, which browsers cache forever."""

    def __init__(self, directory: Path, headers: Mapping[str, str]) -> None:
        super().__init__(directory=directory, check_dir=False)
        # The policy of a worker comes with its own file.
        self._headers = {**headers, "Cache-Control": "public, max-age=31536000, immutable"}

    async def check_config(self) -> None:
        """No check: the directory may be created while the server runs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        return response
