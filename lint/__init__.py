"""Contract types of our own for import-linter; `pyproject.toml` uses them."""
