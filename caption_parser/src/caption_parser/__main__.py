"""The command `capparse`, also as `python -m caption_parser`: Ctrl-C is heeded before anything is imported."""

import sys


def main() -> None:
    """Run the command line; the process ends with an exit code."""
    try:
        from caption_parser.cli import main as run

        run()
    except KeyboardInterrupt:
        # Within a command it is said there, with what to do next.
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
