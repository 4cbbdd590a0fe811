"""The command `capseg`, also as `python -m segmentation`, so that `accelerate launch -m segmentation …` starts
several processes."""

from shared_runtime.starting import start


def main() -> None:
    """Run the command line; the process ends with an exit code."""
    start("segmentation.cli")


if __name__ == "__main__":
    main()
