from collections.abc import Mapping
from pathlib import Path

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

ASSETS = Path(__file__).parent / "static" / "graphiql"
HEADERS: Mapping[str, str] = {}


def page() -> str:
    return "<h1>GraphiQL is not built</h1>"


def assets() -> Mount:
    return Mount("/graphiql", StaticFiles(directory=ASSETS, check_dir=False))


def is_built() -> bool:
    return (ASSETS / "index.html").exists()
