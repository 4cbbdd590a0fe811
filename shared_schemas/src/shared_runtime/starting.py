"""The start of a command, before anything of it is imported: Ctrl-C is heeded from the first moment on."""

import sys
from importlib import import_module

from shared_runtime.standard_streams import prepare_standard_streams


def start(module: str) -> None:
    """Run `main` of `module`, which is imported only now; the process ends with an exit code."""
    prepare_standard_streams()
    try:
        import_module(module).main()
    except KeyboardInterrupt:
        # Within a command it is said there, with what to do next.
        sys.stderr.write("interrupted\n")
        sys.exit(130)
