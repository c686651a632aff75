"""Writes tensors.safetensors with the reference implementation: pip install safetensors==0.8.0 numpy==2.4.6 ml_dtypes==0.6.0"""

import pathlib

import ml_dtypes
import numpy
from safetensors.numpy import save_file

HALVES = [0.0, -0.0, 1.0, -2.5, 65504.0, 2**-24, -(2**-14), numpy.inf, 1 / 3, 2**-20 * 3]

save_file(
    {
        "layer.weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 3,
        "half": numpy.array(HALVES, dtype=numpy.float16),
        "brain": numpy.array(HALVES, dtype=ml_dtypes.bfloat16),
        "double": numpy.array([1 / 3, -1e300], dtype=numpy.float64),
        "long": numpy.array([[1], [-2]], dtype=numpy.int64),
        "byte": numpy.array([7, 8, 9], dtype=numpy.uint8),
        "scalar": numpy.array(42, dtype=numpy.float32),
        "empty": numpy.zeros((0, 4), dtype=numpy.float32),
        'ünï "quoted"\n': numpy.array([1.5], dtype=numpy.float32),
    },
    pathlib.Path(__file__).with_name("tensors.safetensors"),
    metadata={"format": "np", "note": "tab\there"},
)
