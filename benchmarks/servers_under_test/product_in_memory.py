"""The whole server with the small schema: `python -m benchmarks.servers_under_test.product_in_memory`. What it needs
else, it is told as the server is."""

from benchmarks.servers_under_test import in_memory_schema
from benchmarks.servers_under_test.product_server import serve

if __name__ == "__main__":
    serve(**in_memory_schema.TYPES)
