from pathlib import Path


class FlowFile: ...


def load_library(folder: Path):
    return []
class FlowFileInvalid(Exception): ...
