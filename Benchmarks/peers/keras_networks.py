"""Networks in Keras, as `ocellus --network` builds them."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import tensorflow
from keras import layers


def use_threads(count):
    """Lets TensorFlow compute on `count` threads. To be called first."""
    tensorflow.config.threading.set_intra_op_parallelism_threads(count)
    tensorflow.config.threading.set_inter_op_parallelism_threads(count)


def guide_network(size, classes):
    """The guide's network, ready to be trained with Keras' own Adam."""
    return ready(
        keras.Sequential(
            [
                layers.Input(shape=(size, size, 3)),
                layers.Conv2D(32, (3, 3), activation="relu"),
                layers.MaxPooling2D((2, 2)),
                layers.Conv2D(64, (3, 3), activation="relu"),
                layers.MaxPooling2D((2, 2)),
                layers.Flatten(),
                layers.Dense(64, activation="relu"),
                layers.Dense(classes, activation="softmax"),
            ]
        )
    )


def mobilenet_v2(size, classes):
    """Keras' own MobileNetV2, with random weights."""
    return ready(keras.applications.MobileNetV2(input_shape=(size, size, 3), weights=None, classes=classes))


def resnet18(size, classes):
    """ResNet-18 (He et al., CVPR 2016), which keras.applications lacks; padded as PyTorch pads."""

    def convolution(x, filters, kernel, stride=1):
        if kernel > 1:
            x = layers.ZeroPadding2D(kernel // 2)(x)
        x = layers.Conv2D(filters, kernel, stride, use_bias=False)(x)
        return layers.BatchNormalization()(x)

    def block(x, filters, stride):
        y = layers.ReLU()(convolution(x, filters, 3, stride))
        y = convolution(y, filters, 3)
        if stride > 1:
            x = convolution(x, filters, 1, stride)
        return layers.ReLU()(layers.Add()([x, y]))

    pictures = layers.Input(shape=(size, size, 3))
    x = layers.ReLU()(convolution(pictures, 64, 7, 2))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    for stage, filters in enumerate([64, 128, 256, 512]):
        x = block(x, filters, 2 if stage > 0 else 1)
        x = block(x, filters, 1)
    x = layers.GlobalAveragePooling2D()(x)
    return ready(keras.Model(pictures, layers.Dense(classes, activation="softmax")(x)))


def ready(network):
    """The network with Keras' own Adam and the usual loss."""
    network.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return network


NETWORKS = {"simple": guide_network, "mobilenet_v2": mobilenet_v2, "resnet18": resnet18}
