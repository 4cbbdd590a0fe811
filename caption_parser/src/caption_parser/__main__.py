"""The command `capparse`, also as `python -m caption_parser`."""

from shared_runtime.starting import start


def main() -> None:
    """Run the command line; the process ends with an exit code."""
    start("caption_parser.cli")


if __name__ == "__main__":
    main()
