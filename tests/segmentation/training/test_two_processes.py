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
import sys
from pathlib import Path
import torch
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

task = Branching()
devices = DeviceGroup("cpu")
options = OPTIONS.model_copy(update={"accumulation": int(sys.argv[2])})
machine = MachineOptions(device="cpu", workers=0, log_every=2)
report = train(task, NoisyPoints(broken=9), options, TrainingFiles(Path(sys.argv[1])), devices, machine)
if devices.first:
    print(devices.count, report.unreadable.total())
if devices.count > 1:
    torch.distributed.destroy_process_group()
"""


def train_with(count: int, accumulation: int, folder: Path) -> str:
    """Train in `count` processes; what the first one printed."""
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = []
    for rank in range(count):
        places = {
            "RANK": rank,
            "LOCAL_RANK": rank,
            "WORLD_SIZE": count,
            "LOCAL_WORLD_SIZE": count,
            "MASTER_PORT": port,
        }
        environment = {**os.environ, "MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"}
        if count > 1:
            environment |= {name: str(value) for name, value in places.items()}
        command = [sys.executable, "-c", SCRIPT, str(folder), str(accumulation)]
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
    outputs = [process.communicate(timeout=240)[0] for process in started]
    assert [process.returncode for process in started] == [0] * count
    assert outputs[1:] == [""] * (count - 1)
    return outputs[0]


@pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no distributed package")
def test_two_processes_make_the_network_that_one_makes(tmp_path: Path) -> None:
    one = train_with(1, 2, tmp_path / "one")
    two = train_with(2, 2, tmp_path / "two")
    assert one.split()[0] == "1"
    # The same samples were read, by whichever process.
    assert two.split() == ["2", one.split()[1]]
    alone, together = (read_tensors(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    for name in alone:
        torch.testing.assert_close(alone[name], together[name], rtol=1e-4, atol=1e-6)
    rows = [(tmp_path / name / "metrics.jsonl").read_text().splitlines() for name in ("one", "two")]
    assert len(rows[0]) == len(rows[1]) == 4
