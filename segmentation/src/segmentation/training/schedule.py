"""The learning rate as a function of the step."""


def poly_factor(step: int, steps: int, *, power: float, warmup_steps: int = 0) -> float:
    """Factor in (0, 1] on the initial learning rate at `step`, from 0 to `steps` - 1.

    (1 - step / steps) ** power (Vilar & Perez, Table 2). During warm-up, (step + 1) / (warmup_steps + 1) as well:
    the poly schedule runs from the first step on, and the warm-up lowers its beginning.
    """
    decay = (1 - step / steps) ** power
    warmup = min(1.0, (step + 1) / (warmup_steps + 1))
    return float(decay * warmup)
