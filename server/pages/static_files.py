"""Files that `make console` builds, as browsers get them."""

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

#: Of a page, and of what is missing: asked for anew each time.
PAGE_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


class ImmutableStaticFiles(StaticFiles):
    """Files whose names change with their content: a browser need never ask twice."""

    def __init__(self, directory: Path, headers: Mapping[str, str]) -> None:
        super().__init__(directory=directory, check_dir=False)
        # Workers are held to the policy that comes with their own file.
        self._headers = {**headers, "Cache-Control": "public, max-age=31536000, immutable"}

    async def check_config(self) -> None:
        """The folder may come while the server runs; until then nothing is found in it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        return response
