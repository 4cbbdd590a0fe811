"""The training loop: against SGD written out, resumed, accumulated, interrupted."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from segmentation.backbones.loading import read_tensors
from segmentation.training.config import TrainingOptions
from segmentation.training.loop import TrainingReport
from segmentation.training.order import BatchPlan, Stream, random_generator
from shared_runtime.errors import CapparseError, InputError
from tests.segmentation.training.conftest import N_SAMPLES, OPTIONS, NoisyPoints, Regression, StopAfter

Run = Callable[..., TrainingReport]


def weights(folder: Path) -> dict[str, Tensor]:
    return read_tensors(folder / "model.safetensors")


def log(folder: Path) -> list[dict[str, float]]:
    """The lines of the log, without what depends on the clock."""
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "images_per_second"} for row in rows]


def assert_equal(left: dict[str, Tensor], right: dict[str, Tensor]) -> None:
    """To the bit."""
    assert left.keys() == right.keys()
    for name in left:
        assert torch.equal(left[name], right[name]), name


def test_it_is_sgd_with_momentum_decay_two_rates_and_the_poly_schedule(run: Run, tmp_path: Path) -> None:
    run("run", Regression(dropout=0.0))
    task = Regression(dropout=0.0)
    plan = BatchPlan(N_SAMPLES, OPTIONS.batch_size, steps=7, seed=0)
    named = dict(task.module.named_parameters())
    velocity = {name: torch.zeros_like(value) for name, value in named.items()}
    for step in range(plan.steps):
        rate = 0.05 * (1 - step / 7) ** 0.9
        samples = [
            NoisyPoints().sample(key.sample, random_generator(0, Stream.SAMPLE, key.epoch, key.sample))
            for key in plan.step_keys(step)
        ]
        loss, _ = task.loss(NoisyPoints().collate(samples))
        gradients = torch.autograd.grad(loss, list(named.values()))
        with torch.no_grad():
            for (name, value), gradient in zip(named.items(), gradients, strict=True):
                velocity[name] = 0.9 * velocity[name] + gradient + 5e-4 * value
                value -= rate * (10 if name.startswith("head") else 1) * velocity[name]
    trained = weights(tmp_path / "run")
    for name, value in named.items():
        torch.testing.assert_close(trained[name], value.detach())
        assert not torch.equal(trained[name], dict(Regression().module.named_parameters())[name])


def test_a_resumed_run_equals_an_uninterrupted_one_to_the_bit(run: Run, tmp_path: Path) -> None:
    run("whole")
    with pytest.raises(KeyboardInterrupt):
        run("parts", StopAfter(Regression(), 3), checkpoint_minutes=0)
    assert not (tmp_path / "parts" / "model.safetensors").exists()
    with pytest.raises(KeyboardInterrupt):
        run("parts", StopAfter(Regression(), 2), checkpoint_minutes=0)
    report = run("parts")
    assert (report.first_step, report.steps) == (5, 7)
    assert_equal(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    assert log(tmp_path / "whole") == log(tmp_path / "parts")
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["metrics.jsonl", "model.safetensors"]


def test_a_task_knows_how_many_epochs_are_done_also_after_an_interruption(run: Run) -> None:
    whole, first, second = Regression(), Regression(), Regression()
    report = run("whole", whole)
    with pytest.raises(KeyboardInterrupt):
        run("parts", StopAfter(first, 3), checkpoint_minutes=0)
    run("parts", second)
    assert whole.begun == pytest.approx([step * report.epochs / report.steps for step in range(report.steps)])
    # The step that was stopped is done again.
    assert first.begun[:-1] + second.begun == whole.begun


def test_work_after_the_last_checkpoint_is_done_again(run: Run, tmp_path: Path) -> None:
    run("whole")
    with pytest.raises(KeyboardInterrupt):
        run("parts", StopAfter(Regression(), 4), checkpoint_minutes=0)
    checkpoint = (tmp_path / "parts" / "checkpoint.pt").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        run("parts", StopAfter(Regression(), 2), checkpoint_minutes=60)
    assert (tmp_path / "parts" / "checkpoint.pt").read_bytes() == checkpoint
    assert [row["step"] for row in log(tmp_path / "parts")] == [2, 4, 6]
    with (tmp_path / "parts" / "metrics.jsonl").open("a") as file:
        file.write('{"step": 7, "lo')
    assert run("parts").first_step == 4
    assert_equal(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    assert log(tmp_path / "whole") == log(tmp_path / "parts")


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_of_workers_changes_nothing(run: Run, tmp_path: Path, workers: int) -> None:
    run("none")
    run("some", workers=workers)
    assert_equal(weights(tmp_path / "none"), weights(tmp_path / "some"))


def test_seeds_differ(run: Run, tmp_path: Path) -> None:
    run("zero")
    run("one", options=OPTIONS.model_copy(update={"seed": 1}))
    assert not torch.equal(weights(tmp_path / "zero")["body.weight"], weights(tmp_path / "one")["body.weight"])


def test_accumulated_gradients_are_those_of_the_whole_batch(run: Run, tmp_path: Path) -> None:
    run("whole", Regression(dropout=0.0))
    run("parts", Regression(dropout=0.0), options=OPTIONS.model_copy(update={"accumulation": 2}))
    whole, parts = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    for name in whole:
        torch.testing.assert_close(whole[name], parts[name])
    for left, right in zip(log(tmp_path / "whole"), log(tmp_path / "parts"), strict=True):
        assert left["loss"] == pytest.approx(right["loss"], rel=1e-4)


def test_ctrl_c_lets_the_step_end_and_saves_it(run: Run, tmp_path: Path) -> None:
    class Interrupted(Regression):
        losses = 0

        def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor | float]]:
            self.losses += 1
            if self.losses == 3:
                os.kill(os.getpid(), signal.SIGINT)
            return super().loss(batch)  # type: ignore[return-value]

    before = signal.getsignal(signal.SIGINT)
    run("whole")
    with pytest.raises(KeyboardInterrupt):
        run("stopped", Interrupted(), workers=1)
    assert signal.getsignal(signal.SIGINT) is before
    assert run("stopped").first_step == 3
    assert_equal(weights(tmp_path / "whole"), weights(tmp_path / "stopped"))


@pytest.mark.parametrize("workers", [0, 1])
def test_an_unreadable_sample_costs_that_sample(run: Run, tmp_path: Path, workers: int) -> None:
    report = run("run", samples=NoisyPoints(broken=9), workers=workers)
    # 28 samples in 7 batches of 4: sample 9 comes twice or three times; sample 0 stands in for it.
    assert report.unreadable.keys() == {"point 9: cannot be read"}
    assert 2 <= report.unreadable.total() <= 3
    assert (tmp_path / "run" / "model.safetensors").is_file()


@pytest.mark.parametrize("workers", [0, 1])
def test_a_set_that_cannot_be_read_at_all_is_an_error(run: Run, workers: int) -> None:
    class Unreadable(NoisyPoints):
        def sample(self, index: int, rng: object) -> Tensor:  # noqa: ARG002
            raise InputError(f"point {index}: gone")

    with pytest.raises(InputError, match=r"^10 images in a row cannot be read; the last: point \d: gone$"):
        run("run", samples=Unreadable(), workers=workers)


def test_a_loss_that_is_not_finite_ends_the_run_before_it_is_saved(run: Run, tmp_path: Path) -> None:
    with pytest.raises(CapparseError, match="no longer finite"):
        run("run", options=OPTIONS.model_copy(update={"learning_rate": 1e30}), checkpoint_minutes=0)
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_bfloat16_computes_the_forward_pass_in_it(run: Run, tmp_path: Path) -> None:
    class Typed(Regression):
        def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor | float]]:
            assert self.module["body"](batch).dtype == torch.bfloat16
            return super().loss(batch)  # type: ignore[return-value]

    run("run", Typed(), options=OPTIONS.model_copy(update={"precision": "bfloat16"}))
    assert weights(tmp_path / "run")["body.weight"].dtype == torch.float32


def test_the_log_holds_means_over_steps(run: Run, tmp_path: Path) -> None:
    run("each", log_every=1)
    run("pairs", log_every=2)
    each, pairs = log(tmp_path / "each"), log(tmp_path / "pairs")
    assert [row["step"] for row in pairs] == [2, 4, 6, 7]
    assert [row["epoch"] for row in pairs] == [0.8, 1.6, 2.4, 2.8]
    for number in range(3):
        for name in ("loss", "largest"):
            mean = (each[2 * number][name] + each[2 * number + 1][name]) / 2
            assert pairs[number][name] == pytest.approx(mean, rel=1e-5)
    assert pairs[0]["learning_rate"] == pytest.approx(0.05 * (6 / 7) ** 0.9, rel=1e-5)


def test_fewer_samples_than_a_batch_still_make_whole_batches(run: Run) -> None:
    report = run("run", options=TrainingOptions(epochs=1, batch_size=16, learning_rate=0.01))
    assert report.steps == 1


def test_readers_need_no_shared_memory(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container has 64 MB of it, on which torch's own workers die and their parent waits for ever."""

    def full(*_: object) -> None:
        raise RuntimeError("unable to allocate shared memory (shm): No space left on device")

    run("plenty")
    for way in ("_share_fd_cpu_", "_share_filename_cpu_"):
        monkeypatch.setattr(torch.UntypedStorage, way, full)
    run("none", workers=2)
    assert_equal(weights(tmp_path / "plenty"), weights(tmp_path / "none"))


def test_a_reader_that_dies_ends_the_run_with_advice(run: Run) -> None:
    class Fatal(NoisyPoints):
        def sample(self, index: int, rng: object) -> Tensor:  # noqa: ARG002
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

    with pytest.raises(CapparseError, match=r"a process that reads images died; .* --workers 1$"):
        run("run", samples=Fatal(), workers=2)


@pytest.mark.parametrize("message", ["CUDA out of memory. Tried to allocate 2 GiB", "can't allocate memory"])
def test_a_batch_too_large_for_the_memory_is_told_with_advice(run: Run, message: str) -> None:
    class Large(Regression):
        def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor | float]]:
            raise RuntimeError(f"{message} ({len(batch)})")

    with pytest.raises(CapparseError, match=r"a batch of 4 in 1 part does not fit .* --accumulation 2"):
        run("run", Large())
    comparing = Large()
    comparing.decomposes = False
    with pytest.raises(CapparseError, match=r"Less memory: a smaller --batch-size .* would change the loss"):
        run("run", comparing)


def test_a_loss_that_parts_change_is_told(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    in_parts = OPTIONS.model_copy(update={"accumulation": 2})
    run("same", Regression(), options=in_parts)
    comparing = Regression()
    comparing.decomposes = False
    run("whole", comparing)
    assert not caplog.messages
    run("parts", comparing, options=in_parts)
    (message,) = caplog.messages
    assert message.startswith(
        "a batch of 4 is cut into parts of 2 (accumulation × processes), and the loss depends"
    )


def test_convolutions_of_a_gpu_are_asked_to_be_reproducible_for_as_long_as_a_training_lasts(run: Run) -> None:
    class Asking(Regression):
        def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor | float]]:
            assert (torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark) == (True, False)
            return super().loss(batch)  # type: ignore[return-value]

    with torch.backends.cudnn.flags(deterministic=False, benchmark=True):
        run("run", Asking())
        assert (torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark) == (False, True)
