"""Stock Strawberry with the in-memory schema:
`python -m benchmarks.servers_under_test.strawberry_in_memory PORT`."""

from benchmarks.servers_under_test import in_memory_schema
from benchmarks.servers_under_test.strawberry_server import serve_strawberry

if __name__ == "__main__":
    serve_strawberry(**in_memory_schema.TYPES)
