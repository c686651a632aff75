"""Times Keras on TensorFlow: training by `fit` on a data set that is in memory, inference by a compiled function, and
the ways from pictures on disk to batches. Of several ways to do a thing, it takes the one that costs Keras least."""

import time

from measuring import class_count, parse, print_images_per_second, times

options = parse(["training", "inference", "augment", "resize", "tfdata", "export", "predict"])

from keras_networks import NETWORKS, keras, tensorflow, use_threads

VERSION = f"Keras {keras.__version__}, TensorFlow {tensorflow.__version__}"


class StepTimes(keras.callbacks.Callback):
    """Notes how long each step took, and ends the training when there are enough."""

    def __init__(self, warm_up, seconds):
        super().__init__()
        self.warm_up, self.seconds = warm_up, seconds
        self.durations, self.steps, self.last, self.start = [], 0, None, None

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        self.steps += 1
        if self.steps > self.warm_up:
            self.durations.append(now - self.last)
            if now - self.start > self.seconds and len(self.durations) >= 3:
                self.model.stop_training = True
        else:
            self.start = now
        self.last = now


def training(network, pictures, labels):
    steps = StepTimes(warm_up=2, seconds=options.seconds)
    batches = tensorflow.data.Dataset.from_tensors((pictures, labels)).repeat().prefetch(1)
    # Keras asks whether to stop between epochs only, so an epoch is a few steps long.
    network.fit(batches, shuffle=False, steps_per_epoch=5, epochs=10**6, verbose=0, callbacks=[steps])
    return steps.durations


def inference(network, pictures):
    predict = tensorflow.function(lambda batch: network(batch, training=False))
    return times(lambda: predict(pictures).numpy(), options.seconds)


def generator(**augmentation):
    """A step of Keras' ImageDataGenerator over a folder, resizing as Ocellus resizes; a call gives a batch."""
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    flow = ImageDataGenerator(rescale=1 / 255, **augmentation).flow_from_directory(
        options.data, (options.size, options.size), batch_size=options.batch, interpolation="bilinear", seed=0
    )
    # Batches that are not full would be faster.
    return lambda: next(flow) if (flow.batch_index + 1) * options.batch <= flow.n else (flow.reset(), next(flow))


def tfdata():
    """A step of a tf.data pipeline over a folder: decode, resize, normalise."""

    def read(file):
        picture = tensorflow.io.decode_jpeg(tensorflow.io.read_file(file), channels=3)
        return tensorflow.image.resize(picture, (options.size, options.size)) / 255

    files = tensorflow.data.Dataset.list_files(options.data + "/*/*", seed=0)
    batches = files.repeat().map(read, num_parallel_calls=tensorflow.data.AUTOTUNE).batch(options.batch).prefetch(2)
    iterator = iter(batches)
    return lambda: next(iterator)


def predict():
    """From a file to a class, as a script for one picture would."""
    network = keras.models.load_model(options.file)
    picture = keras.utils.load_img(options.data, target_size=(options.size, options.size), interpolation="bilinear")
    answer = network.predict(keras.utils.img_to_array(picture)[None] / 255, verbose=0)
    print(int(answer.argmax()))


def main():
    use_threads(options.threads)
    keras.utils.set_random_seed(0)
    classes = class_count(options.network)
    if options.task == "predict":
        return predict()
    if options.task == "export":
        return NETWORKS[options.network](options.size, classes).save(options.file)
    if options.task in ("training", "inference"):
        network = NETWORKS[options.network](options.size, classes)
        pictures = tensorflow.random.uniform((options.batch, options.size, options.size, 3), seed=0)
        labels = tensorflow.one_hot(tensorflow.range(options.batch) % classes, classes)
        durations = training(network, pictures, labels) if options.task == "training" else inference(network, pictures)
    else:
        from keras_accuracy import GUIDE

        step = {"augment": lambda: generator(**GUIDE), "resize": generator, "tfdata": tfdata}[options.task]()
        durations = times(step, options.seconds)
    print_images_per_second(options.batch, durations, VERSION)


main()
