"""What the scripts beside share: golden cases, and how they are written down. `make.py` says what a case is."""

import base64
import json
import pathlib

import numpy as np


def case(name, tensors, steps, batched, **settings):
    """`batched` names the tensors with one entry a sample."""
    encoded = {}
    for key, values in tensors.items():
        values = np.ascontiguousarray(values, dtype="<f4")
        shape = list(values.shape[1:] if key in batched else values.shape)
        encoded[key] = {
            "shape": shape,
            "isBatched": key in batched,
            "values": base64.b64encode(values.tobytes()).decode(),
        }
    samples = max(len(tensors[key]) for key in batched) if batched else 1
    return {"name": name, "samples": samples, "settings": settings, "tensors": encoded, "steps": steps}


def step(operation, inputs, outputs, mutated=None):
    return {"operation": operation, "inputs": inputs, "outputs": outputs, "mutated": mutated or {}}


def write(**files):
    """Writes each list of cases to the file of its name."""
    folder = pathlib.Path(__file__).parent
    for name, cases in files.items():
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n")
