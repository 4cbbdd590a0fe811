"""How many examples a fuzz test tries: few in every run of the tests, as many as asked for otherwise."""

import os

from hypothesis import HealthCheck, settings

fuzz = settings(
    max_examples=int(os.environ.get("CAPPARSE_FUZZ_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""`CAPPARSE_FUZZ_EXAMPLES=20000 pytest tests/fuzz` looks longer; what it finds becomes an `@example`."""
