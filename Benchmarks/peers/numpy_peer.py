"""Times NumPy's matrix product, which is OpenBLAS'."""

import os

from measuring import parse, print_gigaflops_per_second, times

options = parse(["gemm"])
# Read when the library is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)

import numpy

left, right = numpy.random.default_rng(0).random((2, options.size, options.size), numpy.float32)
durations = times(lambda: left @ right, options.seconds)
print_gigaflops_per_second(options.size, durations, f"NumPy {numpy.__version__}, OpenBLAS")
