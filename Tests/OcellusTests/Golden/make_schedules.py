#!/usr/bin/env python3
"""Makes schedules.json: learning rates of ten steps, as PyTorch's, timm's and Keras' schedules give them.

    python3 -m venv torch && torch/bin/pip install torch==2.15.0 timm==1.0.31
    torch/bin/python Tests/OcellusTests/Golden/make_schedules.py
    python3 -m venv keras && keras/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
    keras/bin/python Tests/OcellusTests/Golden/make_schedules.py keras
"""

import json
import pathlib
import sys

RATE = 0.1
LOSSES = [1.0, 0.8, 0.81, 0.805, 0.79999, 0.7, 0.75, 0.71, 0.72, 0.73]


def case(name, rates, epoch_steps=1, losses=(), momenta=None, **settings):
    made = dict(name=name, rates=rates, epochSteps=epoch_steps, losses=list(losses), settings=settings)
    return made if momenta is None else dict(made, momenta=momenta)


def of_torch():
    import torch
    from timm.scheduler import CosineLRScheduler, StepLRScheduler
    from torch.optim.lr_scheduler import (
        CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, OneCycleLR, ReduceLROnPlateau, SequentialLR, StepLR)

    def optimizer():
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], RATE)

    def one_cycle(make):
        """The rate and the momentum (of Adam, its first beta) before each of ten steps."""
        instance = make([torch.nn.Parameter(torch.zeros(1))])
        schedule = OneCycleLR(instance, RATE, 10)
        rates, momenta = [], []
        for _ in range(10):
            group = instance.param_groups[0]
            rates.append(group["lr"])
            momenta.append(group["betas"][0] if "betas" in group else group["momentum"])
            instance.step()
            schedule.step()
        return rates, momenta

    def rates(make, every=1, losses=None):
        """The rate before each of ten steps; the schedule takes its own steps after each `every` of them."""
        instance = optimizer()
        schedule = make(instance)
        found = []
        for step in range(10):
            found.append(instance.param_groups[0]["lr"])
            instance.step()
            if (step + 1) % every == 0:
                schedule.step(*([losses[step]] if losses else []))
        return found

    def timm_rates(make):
        instance = optimizer()
        schedule = make(instance)
        found = []
        for step in range(10):
            schedule.step(step)
            found.append(instance.param_groups[0]["lr"])
        return found

    def warmed(o):
        warm = LinearLR(o, start_factor=0.01, total_iters=3)
        return SequentialLR(o, [warm, CosineAnnealingLR(o, T_max=7)], [3])

    cycled = one_cycle(lambda weights: torch.optim.SGD(weights, RATE, momentum=0.9))
    of_adam = one_cycle(lambda weights: torch.optim.Adam(weights, RATE))
    return [
        case("PyTorch, StepLR", rates(lambda o: StepLR(o, 3, 0.5)), curve="step", epochs=[3], factor=0.5),
        case("PyTorch, StepLR of epochs of two steps", rates(lambda o: StepLR(o, 2, 0.5), every=2), 2, curve="step",
             epochs=[2], factor=0.5),
        case("PyTorch, MultiStepLR", rates(lambda o: MultiStepLR(o, [2, 5])), curve="multi-step", epochs=[2, 5], factor=0.1),
        case("PyTorch, ExponentialLR", rates(lambda o: ExponentialLR(o, 0.9)), curve="exponential", factor=0.9),
        case("PyTorch, CosineAnnealingLR", rates(lambda o: CosineAnnealingLR(o, 10, 0.01)), curve="cosine", minimum=0.01),
        case("PyTorch, CosineAnnealingLR by steps", rates(lambda o: CosineAnnealingLR(o, 10)), 5, curve="cosine"),
        case("PyTorch, OneCycleLR with SGD", cycled[0], 5, momenta=cycled[1], curve="one-cycle"),
        case("PyTorch, OneCycleLR with Adam", of_adam[0], 5, momenta=of_adam[1], curve="one-cycle"),
        case("PyTorch, LinearLR before CosineAnnealingLR", rates(warmed), curve="cosine", warmUpEpochs=3, warmUpStart=0.01),
        case("PyTorch, ReduceLROnPlateau",
             rates(lambda o: ReduceLROnPlateau(o, factor=0.3, patience=1, min_lr=0.02), losses=LOSSES), losses=LOSSES,
             curve="plateau", factor=0.3, patience=1, minimum=0.02),
        case("timm, StepLRScheduler with warm-up",
             timm_rates(lambda o: StepLRScheduler(o, 4, decay_rate=0.5, warmup_t=2, warmup_lr_init=0.001,
                                                   warmup_prefix=False)), curve="step",
             epochs=[4], factor=0.5, warmUpEpochs=2, warmUpStart=0.01),
        case("timm, CosineLRScheduler with warm-up",
             timm_rates(lambda o: CosineLRScheduler(o, 7, lr_min=0.005, warmup_t=3, warmup_lr_init=0.01, warmup_prefix=True)),
             curve="cosine", minimum=0.005, warmUpEpochs=3, warmUpStart=0.1),
    ]


def of_keras():
    from keras.optimizers import schedules

    def rates(schedule):
        return [float(schedule(step)) for step in range(10)]

    return [
        case("Keras, CosineDecay", rates(schedules.CosineDecay(RATE, 10, alpha=0.2)), curve="cosine", minimum=0.02),
        case("Keras, ExponentialDecay by steps", rates(schedules.ExponentialDecay(RATE, 3, 0.5, staircase=True)),
             curve="step", epochs=[3], factor=0.5),
        case("Keras, PiecewiseConstantDecay", rates(schedules.PiecewiseConstantDecay([2, 6], [0.1, 0.05, 0.025])),
             curve="multi-step", epochs=[3, 7], factor=0.5),
    ]


# TensorFlow and PyTorch do not like to be in one process: each writes its own, and keeps the other's.
file = pathlib.Path(__file__).parent / "schedules.json"
is_keras = sys.argv[1:] == ["keras"]
kept = [case for case in json.loads(file.read_text()) if case["name"].startswith("Keras") != is_keras] if file.exists() else []
made = of_keras() if is_keras else of_torch()
cases = kept + made if is_keras else made + kept
file.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
