"""The whole server with the small schema: `python -m benchmarks.contestants.ours`. What it needs
else, it is told as the server is."""

from benchmarks.contestants import small
from benchmarks.contestants.whole import serve

if __name__ == "__main__":
    serve(**small.TYPES)
