"""What a browser loads before it shows a page of the console, counted on what the build wrote."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.pages import console
from server.pages.static_files import COMPRESSED
from tests.browser import ensure_built

#: For the encoding that current browsers accept, and for the one that all do.
MAX_BYTES = {"br": 200_000, "gzip": 230_000}
ENTRY = "index.html"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    ensure_built(console.is_console_built)
    written = json.loads((console.ASSETS / ".vite" / "manifest.json").read_text())
    return dict(written)


def loaded(manifest: dict[str, Any], *names: str) -> set[str]:
    """The files of these modules, and of all that they import at once."""

    def walk(name: str, seen: set[str]) -> Iterator[str]:
        if name in seen:
            return
        seen.add(name)
        part = manifest[name]
        yield part["file"]
        yield from part.get("css", ())
        for each in part.get("imports", ()):
            yield from walk(each, seen)

    seen: set[str] = set()
    return {file for name in names for file in walk(name, seen)}


def sent_bytes(file: Path, suffix: str) -> int:
    """As the server sends it: small files are not compressed."""
    compressed = file.with_name(file.name + suffix)
    return (compressed if compressed.exists() else file).stat().st_size


@pytest.mark.parametrize("encoding", COMPRESSED)
def test_no_page_needs_more_than_200_kilobytes(manifest, encoding):
    pages = manifest[ENTRY]["dynamicImports"]
    assert len(pages) == 6, "each page is in a file of its own"
    suffix = COMPRESSED[encoding]
    sizes = {
        page: sum(
            sent_bytes(console.ASSETS / file, suffix) for file in loaded(manifest, ENTRY, page)
        )
        for page in pages
    }
    assert {page: size for page, size in sizes.items() if size > MAX_BYTES[encoding]} == {}


def test_what_is_large_is_compressed(manifest):
    for file in (console.ASSETS / "assets").iterdir():
        if file.suffix in (".js", ".css") and file.stat().st_size > 2_000:
            for suffix in COMPRESSED.values():
                assert file.with_name(file.name + suffix).exists(), file.name


def test_the_skeleton_comes_before_the_styles(manifest):
    page = console.INDEX.read_text()
    assert "https://" not in page
    assert page.index('class="skeleton"') < page.index('rel="stylesheet"')
