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
