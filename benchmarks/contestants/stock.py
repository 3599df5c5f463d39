"""Strawberry with the small schema: `python -m benchmarks.contestants.stock PORT`."""

from benchmarks.contestants import small
from benchmarks.contestants.bare import serve

if __name__ == "__main__":
    serve(**small.TYPES)
