"""Times OpenVINO on an exported network, in FP32: left to itself it takes BF16 where the CPU has that."""

import numpy
import openvino

from measuring import parse, print_images_per_second, times


def main():
    options = parse(["inference"])
    settings = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": options.threads,
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = openvino.Core().compile_model(options.file, "CPU", settings).create_infer_request()
    pictures = numpy.random.default_rng(0).random((options.batch, 3, options.size, options.size), numpy.float32)
    durations = times(lambda: request.infer([pictures]), options.seconds)
    print_images_per_second(options.batch, durations, f"OpenVINO {openvino.__version__.split('-')[0]}")


main()
