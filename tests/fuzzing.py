"""How many random examples a test tries: few in `make test`, and always the same; many and new ones
in `make test-slow` and `make fuzz`."""

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
FEW_EXAMPLES = 20

random_examples = settings(
    max_examples=EXAMPLES or FEW_EXAMPLES,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    report_multiple_bugs=False,
    # Shrinking takes long.
    phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)
