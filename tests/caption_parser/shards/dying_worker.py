"""As `caption_parser.cli.worker`, but it is killed when it is about to write its second receipt."""

import os
import signal
import sys
from pathlib import Path

from caption_parser.shards import labelling
from caption_parser.shards.engines import WorkOrder
from shared_runtime.storage import Folder
from tests.caption_parser.shards.conftest import build_parser

if __name__ == "__main__":
    receipts = []
    write = Folder.write

    def write_or_die(folder: Folder, name: str, content: bytes) -> None:
        receipts.append(name)
        if len(receipts) == 2:
            with Path(os.environ["DEATHS"]).open("a") as deaths:
                deaths.write(f"{int(name.partition('.')[0])}\n")
            os.kill(os.getpid(), signal.SIGKILL)
        write(folder, name, content)

    Folder.write = write_or_die  # type: ignore[method-assign]
    order = WorkOrder.model_validate_json(sys.stdin.read())
    labelling.label_shards(order.plan, order.output, shards=order.shards, run=order.run, build_parser=build_parser)
