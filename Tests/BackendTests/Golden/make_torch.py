#!/usr/bin/env python3
"""Makes torch.json: ten steps each of optimisers, clippings and averages, as PyTorch and timm compute them.

    python3 -m venv torch && torch/bin/pip install torch==2.15.0 timm==1.0.31
    torch/bin/python Tests/BackendTests/Golden/make_torch.py
"""

import numpy as np
import torch
from timm.optim import Lamb, RMSpropTF
from timm.utils import ModelEmaV2, ModelEmaV3

from cases import case, step, write

random = np.random.default_rng(30)
STEPS = range(1, 11)


def uniform(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def chain(name, operation, weights, gradients, states, rate, **settings):
    """Ten steps whose weights are known, on states that the operation keeps."""
    tensors = {"w0": weights[0]} | {f"{state}0": start for state, start in states.items()}
    steps = []
    for number in STEPS:
        tensors |= {f"g{number}": gradients[number - 1], f"w{number}": weights[number]}
        names = [f"w{number - 1}", f"g{number}"] + [f"{state}{number - 1}" for state in states]
        mutated = {"0": f"w{number}"} | {str(2 + i): f"{state}{number}" for i, state in enumerate(states)}
        steps.append(step(operation, names, [], mutated))
    return case(name, tensors, steps, set(), learningRate=float(np.float32(rate)), **settings)


def optimizer(name, make, operation, states, rate, start=0, **settings):
    weight = torch.nn.Parameter(torch.tensor(uniform(8)))
    instance = make([weight])
    weights, gradients = [weight.detach().numpy().copy()], []
    for _ in STEPS:
        gradients.append(uniform(8))
        weight.grad = torch.tensor(gradients[-1])
        instance.step()
        weights.append(weight.detach().numpy().copy())
    starts = {state: np.full(8, start if i == 0 else 0, np.float32) for i, state in enumerate(states)}
    return chain(name, operation, weights, gradients, starts, rate, **settings)


def one_cycle(name, make, operation, states, **settings):
    """Ten steps in one cycle of the learning rate and the momentum, which Adam and LAMB call their first beta."""
    weight = torch.nn.Parameter(torch.tensor(uniform(8)))
    instance = make([weight])
    schedule = torch.optim.lr_scheduler.OneCycleLR(instance, 0.1, 10)
    weights, gradients, rates, momenta = [weight.detach().numpy().copy()], [], [], []
    for _ in STEPS:
        group = instance.param_groups[0]
        rates.append(float(np.float32(group["lr"])))
        momenta.append(float(np.float32(group["betas"][0] if "betas" in group else group["momentum"])))
        gradients.append(uniform(8))
        weight.grad = torch.tensor(gradients[-1])
        instance.step()
        schedule.step()
        weights.append(weight.detach().numpy().copy())
    starts = {state: np.zeros(8, np.float32) for state in states}
    return chain(name, operation, weights, gradients, starts, 0, learningRates=rates, momenta=momenta, **settings)


def average(name, make, update, **settings):
    """The average of a weight that is another in each step."""
    model = torch.nn.Module()
    model.weight = torch.nn.Parameter(torch.tensor(uniform(8)))
    ema = make(model)
    tensors, steps = {"a0": model.weight.detach().numpy().copy()}, []
    for number in STEPS:
        value = uniform(8)
        with torch.no_grad():
            model.weight.copy_(torch.tensor(value))
        update(ema, model, number)
        tensors |= {f"v{number}": value, f"a{number}": ema.module.weight.detach().numpy().copy()}
        steps.append(step("movingAverage", [f"a{number - 1}", f"v{number}"], [], {"0": f"a{number}"}))
    return case(name, tensors, steps, set(), **settings)


def clipping(name, maximum, scale):
    """Ten pairs of gradients, clipped by the norm of both."""
    tensors, steps = {}, []
    for number in STEPS:
        gradients = [uniform(7) * scale, uniform(3, 4) * scale]
        weights = [torch.nn.Parameter(torch.zeros(gradient.shape)) for gradient in gradients]
        for weight, gradient in zip(weights, gradients):
            weight.grad = torch.tensor(gradient)
        torch.nn.utils.clip_grad_norm_(weights, maximum)
        for letter, weight, gradient in zip("ab", weights, gradients):
            tensors |= {f"{letter}{number}": gradient, f"{letter}Clipped{number}": weight.grad.numpy().copy()}
        steps.append(step("gradientNorm", [f"a{number}", f"b{number}"], [f"factor{number}"]))
        for letter in "ab":
            mutated = {"0": f"{letter}Clipped{number}"}
            steps.append(step("gradientScale", [f"{letter}{number}", f"factor{number}"], [], mutated))
    return case(name, tensors, steps, set(), maximum=maximum)


def clamping(limit):
    gradient = uniform(20)
    weight = torch.nn.Parameter(torch.zeros(20))
    weight.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_value_([weight], limit)
    tensors = {"g": gradient, "clipped": weight.grad.numpy().copy()}
    return case("PyTorch, gradients clipped by value", tensors, [step("gradientClamp", ["g"], [], {"0": "clipped"})], set(),
                limit=limit)


SGD, Adam, AdamW, RMSprop = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop
write(torch=[
    optimizer("PyTorch, SGD", lambda w: SGD(w, 0.1, momentum=0.9, weight_decay=0.1, nesterov=True), "sgdUpdate", "v", 0.1,
              momentum=0.9, weightDecay=0.1, isNesterov=True),
    optimizer("PyTorch, Adam with L2", lambda w: Adam(w, 0.01, weight_decay=0.1), "adamUpdate", "mv", 0.01, epsilon=1e-8,
              weightDecay=0.1, isDecoupled=False),
    optimizer("PyTorch, AdamW", lambda w: AdamW(w, 0.01, weight_decay=0.1), "adamUpdate", "mv", 0.01, epsilon=1e-8,
              weightDecay=0.1),
    optimizer("PyTorch, RMSprop", lambda w: RMSprop(w), "rmspropUpdate", "s", 0.01),
    optimizer("PyTorch, RMSprop with momentum", lambda w: RMSprop(w, 0.01, momentum=0.9, weight_decay=0.1), "rmspropUpdate",
              "sv", 0.01, momentum=0.9, weightDecay=0.1),
    optimizer("timm, RMSpropTF", lambda w: RMSpropTF(w, 0.01, momentum=0.9, weight_decay=0.1), "rmspropUpdate", "sv", 0.01,
              start=1, rho=0.9, epsilon=1e-10, momentum=0.9, weightDecay=0.1, followsTensorFlow=True),
    optimizer("timm, LAMB", lambda w: Lamb(w, 0.01, weight_decay=0.05, max_grad_norm=None), "lambUpdate", "mv", 0.01,
              weightDecay=0.05),
    optimizer("timm, LAMB without weight decay", lambda w: Lamb(w, 0.01, weight_decay=0, max_grad_norm=None), "lambUpdate",
              "mv", 0.01, weightDecay=0),
    average("timm, ModelEmaV2", lambda m: ModelEmaV2(m, decay=0.9), lambda e, m, n: e.update(m), decay=0.9, warmsUp=False),
    average("timm, ModelEmaV3 with warm-up", lambda m: ModelEmaV3(m, decay=0.7, use_warmup=True),
            lambda e, m, n: e.update(m, step=n), decay=0.7, warmsUp=True),
    clipping("PyTorch, gradients clipped by norm", 0.5, 1),
    clipping("PyTorch, gradients of a norm that is not clipped", 100.0, 0.1),
    clamping(0.4),
    one_cycle("PyTorch, SGD in one cycle", lambda w: SGD(w, 0.1, momentum=0.9, nesterov=True), "sgdUpdate", "v",
              momentum=0.9, isNesterov=True),
    one_cycle("PyTorch, RMSprop in one cycle", lambda w: RMSprop(w, 0.1, momentum=0.9), "rmspropUpdate", "sv", momentum=0.9),
    one_cycle("PyTorch, AdamW in one cycle", lambda w: AdamW(w, 0.1, weight_decay=0.1), "adamUpdate", "mv", epsilon=1e-8,
              weightDecay=0.1),
    one_cycle("timm, LAMB in one cycle", lambda w: Lamb(w, 0.1, weight_decay=0.05, max_grad_norm=None), "lambUpdate", "mv",
              weightDecay=0.05),
])
