"""Static files that `make console` builds."""

from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.http.content_encoding import choose_encodings

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


#: Placeholder in the built pages for the base path, with the slash behind it.
BASE_PATH_PLACEHOLDER = "/BASE_PATH/"


def fill_base_path(page: str, base_path: str) -> str:
    """The page with the addresses of its files below the base path: see `server.http.base_path`."""
    return page.replace(BASE_PATH_PLACEHOLDER, f"{base_path}/")


def not_built_page(content: str) -> str:
    """The page in place of one that is not built yet."""
    return NOT_BUILT.replace("CONTENT", content)


#: Suffixes of what the build compresses (`console/compressAssets.js`), best compression first.
COMPRESSED = {"br": ".br", "gzip": ".gz"}


class ImmutableStaticFiles(StaticFiles):
    """Files with a content hash in their names, which browsers cache forever.

    Where the client accepts it, the server sends the file that the build has compressed."""

    def __init__(self, directory: Path, headers: Mapping[str, str]) -> None:
        super().__init__(directory=directory, check_dir=False)
        # The policy of a worker comes with its own file.
        self._headers = {
            **headers,
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
        }

    async def check_config(self) -> None:
        """No check: the directory may be created while the server runs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith(tuple(COMPRESSED.values())):
            # Such a file has no address of its own.
            raise HTTPException(status_code=404)
        response = await self._compressed_response(path, scope)
        if response is None:
            response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        return response

    async def _compressed_response(self, path: str, scope: Scope) -> Response | None:
        """None where the client accepts no compressed file, there is none, or a part is asked for:
        ranges are those of the file as it is."""
        headers = Headers(scope=scope)
        if "range" in headers:
            return None
        for encoding in choose_encodings(headers.get("accept-encoding", ""), [*COMPRESSED]):
            try:
                response = await super().get_response(path + COMPRESSED[encoding], scope)
            except HTTPException as error:
                if error.status_code != 404:
                    raise
                continue
            if isinstance(response, FileResponse):
                response.headers["Content-Encoding"] = encoding
            return response
        return None
