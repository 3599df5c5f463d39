"""The desk as a whole: its figures, and what happens in it as it happens."""
