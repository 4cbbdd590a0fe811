"""Two processes over gloo compute what one computes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from segmentation.backbones.loading import read_tensors

SCRIPT = """
import os, sys
from pathlib import Path
import torch
import torch._dynamo  # optimizers import it when they are first made: once here, not in every fork
from segmentation.training.loop import train
from segmentation.training.config import MachineOptions, TrainingFiles
from segmentation.training.devices import DeviceGroup
from segmentation.training.task import ParameterGroup
from tests.segmentation.training.conftest import OPTIONS, NoisyPoints, Regression

torch.set_num_threads(1)
class Branching(Regression):
    # The second branch has a loss for some samples only, as compounds do: in some parts it gets no gradient.
    def __init__(self):
        super().__init__(dropout=0.0)
        self.module["extra"] = torch.nn.Linear(3, 1)
    def parameter_groups(self):
        return [*super().parameter_groups(), ParameterGroup("extra", list(self.module["extra"].parameters()), 2.0)]
    def loss(self, batch):
        loss, scalars = super().loss(batch)
        far = batch[batch[:, 0] > 5]
        if not len(far):
            return loss, scalars
        extra = self.module["extra"](far).square().sum() / 1000 / len(batch)
        return loss + extra, {**scalars, "extra": extra.detach()}

def work(folder):
    task = Branching()
    devices = DeviceGroup("cpu")
    options = OPTIONS.model_copy(update={"accumulation": 2})
    machine = MachineOptions(device="cpu", workers=0, log_every=2)
    report = train(task, NoisyPoints(broken=9), options, TrainingFiles(folder), devices, machine)
    if devices.first:
        print(devices.count, report.unreadable.total(), flush=True)
    if devices.count > 1:
        torch.distributed.destroy_process_group()

# Each process is a fork of this one: what takes seconds to import is imported once.
root, port = Path(sys.argv[1]), sys.argv[2]
for name, count in (("one", 1), ("two", 2)):
    (root / name).mkdir()
    children = []
    for rank in range(count):
        children.append(os.fork())
        if not children[-1]:
            if count > 1:
                os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "MASTER_PORT": port}
                os.environ |= {"WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count)}
            work(root / name)
            sys.exit()
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * count
"""


@pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no distributed package")
def test_two_processes_make_the_network_that_one_makes(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(port)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=240, check=True)
    # The same samples were read, by whichever process; the first one alone reports.
    one, two = (line.split() for line in done.stdout.splitlines())
    assert (one[0], two) == ("1", ["2", one[1]])
    alone, together = (read_tensors(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    for name in alone:
        torch.testing.assert_close(alone[name], together[name], rtol=1e-4, atol=1e-6)
    rows = [(tmp_path / name / "metrics.jsonl").read_text().splitlines() for name in ("one", "two")]
    assert len(rows[0]) == len(rows[1]) == 4
