"""Times ONNX Runtime on an exported network."""

import numpy
import onnxruntime

from measuring import parse, print_images_per_second, times


def main():
    options = parse(["inference"])
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(options.file, settings, providers=["CPUExecutionProvider"])
    pictures = numpy.random.default_rng(0).random((options.batch, 3, options.size, options.size), numpy.float32)
    inputs = {session.get_inputs()[0].name: pictures}
    durations = times(lambda: session.run(None, inputs), options.seconds)
    print_images_per_second(options.batch, durations, f"ONNX Runtime {onnxruntime.__version__}")


main()
