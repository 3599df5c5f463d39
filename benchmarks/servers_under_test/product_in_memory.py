"""Our whole server with the in-memory schema:
`python -m benchmarks.servers_under_test.product_in_memory`, configured by environment variables."""

from benchmarks.servers_under_test import in_memory_schema
from benchmarks.servers_under_test.product_server import serve_product

if __name__ == "__main__":
    serve_product(**in_memory_schema.TYPES)
