"""What an engine starts: `python -m caption_parser.cli.worker`, with a work order on its standard input."""

import os
import sys

from shared_runtime.errors import CapparseError, ExitCode


def main() -> int:
    """Label the shards of the order; its exit code."""
    from caption_parser.cli.light_spacy import lighten_spacy
    from caption_parser.shards.engines import WorkOrder
    from caption_parser.shards.labelling import label_shards

    order = WorkOrder.model_validate_json(sys.stdin.buffer.read())
    if order.config.spacy_model is None:
        lighten_spacy()
    os.chdir(order.folder)
    try:
        run = label_shards(order.plan, order.output, order.config, shards=order.shards, run=order.run)
    except CapparseError as error:
        sys.stderr.write(f"capparse: {error}\n")
        return error.exit_code
    for number, message in run.failed.items():
        sys.stderr.write(f"capparse: shard {number}: {message}\n")
    return ExitCode.FAILURE if run.failed else ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
