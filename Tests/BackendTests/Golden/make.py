#!/usr/bin/env python3
"""Makes the golden files of the backend tests: what Keras itself computes.

    python3 -m venv keras && keras/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
    keras/bin/python Tests/BackendTests/Golden/make.py

Each file is a list of cases. A case has named tensors (FP32, little-endian, base64) and steps, each of which is one
operation of OcellusGraph with the names of its inputs, of its outputs, and of what its mutated inputs are afterwards. An
output whose name is no tensor is not compared, but later steps may take it.
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from cases import case, step, write

random = np.random.default_rng(20)


def uniform(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def forward_and_backward(layer, x, training=None):
    """The layer's output, and the gradients of a random combination of it by x and by the layer's weights."""
    x = tf.constant(x)
    if not layer.built:
        layer.build(x.shape)

    @tf.function(jit_compile=True)
    def run(x, dy):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x) if training is None else layer(x, training=training)
        return y, tape.gradient(y, [x] + layer.trainable_variables, output_gradients=dy)

    dy = uniform(*layer.compute_output_shape(x.shape))
    y, gradients = run(x, tf.constant(dy))
    return y.numpy(), dy, [gradient.numpy() for gradient in gradients]


def convolution(name, x, layer, groups=1):
    layer.build(x.shape)
    layer.set_weights([uniform(*weight.shape) for weight in layer.get_weights()])
    y, dy, (dx, d_filter, d_bias) = forward_and_backward(layer, x)
    filter_, bias = layer.get_weights()
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        height, width, channels, multiplier = filter_.shape
        shape = (height, width, 1, channels * multiplier)
        filter_, d_filter, groups = filter_.reshape(shape), d_filter.reshape(shape), channels
    tensors = dict(x=x, filter=filter_, bias=bias, y=y, dy=dy, dx=dx, dFilter=d_filter, dBias=d_bias)
    steps = [
        step("convolution", ["x", "filter", "bias"], ["y"]),
        step("convolutionInputGradient", ["dy", "filter"], ["dx"]),
        step("convolutionFilterGradient", ["x", "dy"], ["dFilter"]),
        step("biasGradient", ["dy"], ["dBias"]),
    ]
    return case(
        name, tensors, steps, {"x", "y", "dy", "dx"}, window=list(filter_.shape[:2]), stride=list(layer.strides),
        dilation=list(layer.dilation_rate), padding=layer.padding, groups=groups)


def pooling(name, x, layer, operation):
    y, dy, (dx,) = forward_and_backward(layer, x)
    extra = ["winners"] if operation == "maxPooling" else []
    steps = [step(operation, ["x"], ["y"] + extra), step(operation + "Gradient", ["dy"] + extra, ["dx"])]
    settings = {}
    if hasattr(layer, "pool_size"):
        settings = dict(window=list(layer.pool_size), stride=list(layer.strides), padding=layer.padding)
    return case(name, dict(x=x, y=y, dy=dy, dx=dx), steps, {"x", "y", "dy", "dx"}, **settings)


def batch_normalization():
    x = uniform(4, 3, 2, 3, low=0, high=4)
    layer = keras.layers.BatchNormalization()
    layer.build(x.shape)
    weights = [uniform(3), uniform(3), uniform(3), uniform(3, low=0.5, high=2)]
    layer.set_weights(weights)
    inference = layer(x, training=False).numpy()
    y, dy, (dx, d_scale, d_shift) = forward_and_backward(layer, x, training=True)
    _, _, new_mean, new_variance = layer.get_weights()
    scale, shift, mean, variance = weights
    tensors = dict(
        x=x, scale=scale, shift=shift, mean=mean, variance=variance, inference=inference, y=y, dy=dy, dx=dx,
        dScale=d_scale, dShift=d_shift, newMean=new_mean, newVariance=new_variance)
    steps = [
        step("batchNormalizationInference", ["x", "scale", "shift", "mean", "variance"], ["inference"]),
        step("batchNormalization", ["x", "scale", "shift", "mean", "variance"], ["y", "batchMean", "inverse"],
             {"3": "newMean", "4": "newVariance"}),
        step("batchNormalizationGradient", ["dy", "x", "scale", "shift", "batchMean", "inverse"], ["dx", "dScale", "dShift"]),
    ]
    return case("batch normalisation", tensors, steps, {"x", "inference", "y", "dy", "dx"})


def dense(activation):
    x = uniform(3, 7)
    layer = keras.layers.Dense(4, activation=activation)
    layer.build(x.shape)
    layer.set_weights([uniform(7, 4), uniform(4)])
    y, dy, (dx, d_weight, d_bias) = forward_and_backward(layer, x)
    weight, bias = layer.get_weights()
    tensors = dict(x=x, weight=weight, bias=bias, y=y, dy=dy, dx=dx, dWeight=d_weight, dBias=d_bias)
    before = "dy" if activation is None else "dz"
    steps = [step("dense", ["x", "weight", "bias"], ["y"])]
    if activation:
        steps.append(step("activationGradient", ["dy", "y"], ["dz"]))
    steps += [
        step("denseInputGradient", [before, "weight"], ["dx"]),
        step("denseWeightGradient", ["x", before], ["dWeight"]),
        step("biasGradient", [before], ["dBias"]),
    ]
    return case(f"dense, {activation or 'linear'}", tensors, steps, {"x", "y", "dy", "dx"},
                activation=activation or "identity")


def cross_entropy(name, smoothing=0.0, class_weights=(), soft=False):
    logits = uniform(5, 4, low=-4, high=4)
    targets = np.eye(4, dtype=np.float32)[[2, 0, 3, 1, 2]]
    if soft:
        targets = 0.7 * targets + 0.3 * targets[::-1]
    weights = targets @ np.array(class_weights, np.float32) if class_weights else None
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        mean = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)(
            targets, variable, sample_weight=weights)
    each = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing, reduction=None)(
        targets, logits, sample_weight=weights)
    tensors = dict(logits=logits, targets=targets, losses=each, probabilities=keras.ops.softmax(logits),
                   gradient=tape.gradient(mean, variable))
    steps = [
        step("softmax", ["logits"], ["probabilities"]),
        step("softmaxCrossEntropy", ["logits", "targets"], ["losses", "probabilities"]),
        step("softmaxCrossEntropyGradient", ["probabilities", "targets"], ["gradient"]),
    ]
    return case(name, tensors, steps, set(tensors), labelSmoothing=smoothing, classWeights=list(class_weights))


def optimizer(name, make, operation, states, **settings):
    """Ten steps of one parameter, each with a gradient of its own."""
    weight = uniform(8)
    gradients = [uniform(8) for _ in range(10)]
    variable = keras.Variable(weight)
    instance = make()
    instance.build([variable])
    tensors = {"w0": weight}
    tensors |= {f"{state}0": np.zeros(8, np.float32) for state in states}
    steps = []
    for number, gradient in enumerate(gradients, start=1):
        instance.apply([tf.constant(gradient)], [variable])
        tensors[f"g{number}"] = gradient
        tensors[f"w{number}"] = variable.numpy()
        mutated = {"0": f"w{number}"} | {str(2 + i): f"{state}{number}" for i, state in enumerate(states)}
        names = [f"w{number - 1}", f"g{number}"] + [f"{state}{number - 1}" for state in states]
        steps.append(step(operation, names, [], mutated))
    return case(name, tensors, steps, set(), learningRate=float(np.float32(instance.learning_rate.numpy())), **settings)


layers = [
    convolution("valid", uniform(2, 5, 6, 2), keras.layers.Conv2D(3, 3)),
    convolution("same, stride 2, odd", uniform(1, 5, 7, 2), keras.layers.Conv2D(3, 3, strides=2, padding="same")),
    convolution("same, stride 2, even", uniform(1, 6, 4, 2), keras.layers.Conv2D(3, 3, strides=2, padding="same")),
    convolution("same, even kernel", uniform(1, 4, 5, 2), keras.layers.Conv2D(2, (2, 4), padding="same")),
    convolution("dilated", uniform(1, 7, 6, 2), keras.layers.Conv2D(2, 3, dilation_rate=2, padding="same")),
    convolution("two groups", uniform(1, 4, 4, 4), keras.layers.Conv2D(6, 3, groups=2, padding="same"), groups=2),
    convolution("depthwise", uniform(1, 5, 5, 3), keras.layers.DepthwiseConv2D(3, strides=2, padding="same")),
    convolution("depthwise, two filters a channel", uniform(1, 4, 4, 2),
                keras.layers.DepthwiseConv2D(3, depth_multiplier=2)),
    pooling("max-pooling", uniform(2, 5, 6, 2), keras.layers.MaxPooling2D(2), "maxPooling"),
    pooling("max-pooling, same, overlapping", uniform(1, 6, 5, 2), keras.layers.MaxPooling2D(3, 2, padding="same"),
            "maxPooling"),
    pooling("average pooling", uniform(2, 4, 5, 2), keras.layers.AveragePooling2D(2), "averagePooling"),
    pooling("average pooling, same", uniform(1, 6, 5, 2), keras.layers.AveragePooling2D(3, 2, padding="same"),
            "averagePooling"),
    pooling("global average pooling", uniform(2, 4, 3, 3), keras.layers.GlobalAveragePooling2D(),
            "globalAveragePooling"),
    batch_normalization(),
    dense(None),
    dense("relu"),
]
losses = [
    cross_entropy("plain"),
    cross_entropy("label smoothing", smoothing=0.1),
    cross_entropy("class weights", class_weights=(0.5, 2.0, 1.0, 3.0)),
    cross_entropy("label smoothing and class weights", smoothing=0.2, class_weights=(0.5, 2.0, 1.0, 3.0)),
    cross_entropy("soft targets", soft=True),
]
Adam, AdamW, SGD = keras.optimizers.Adam, keras.optimizers.AdamW, keras.optimizers.SGD
RMSprop = keras.optimizers.RMSprop
optimizers = [
    optimizer("Adam", Adam, "adamUpdate", "mv"),
    optimizer("Adam with other settings", lambda: Adam(0.05, beta_1=0.8, beta_2=0.95, epsilon=1e-3), "adamUpdate", "mv",
              beta1=0.8, beta2=0.95, epsilon=1e-3),
    optimizer("AdamW", lambda: AdamW(0.01, weight_decay=0.1), "adamUpdate", "mv", weightDecay=0.1),
    optimizer("SGD", lambda: SGD(0.1), "sgdUpdate", ""),
    optimizer("SGD with momentum", lambda: SGD(0.1, momentum=0.9), "sgdUpdate", "v", momentum=0.9),
    optimizer("SGD with Nesterov's momentum", lambda: SGD(0.1, momentum=0.9, nesterov=True), "sgdUpdate", "v",
              momentum=0.9, isNesterov=True),
    optimizer("RMSprop", RMSprop, "rmspropUpdate", "s", rho=0.9, epsilon=1e-7, followsTensorFlow=True),
    optimizer("RMSprop with momentum", lambda: RMSprop(0.01, momentum=0.9), "rmspropUpdate", "sv", rho=0.9, epsilon=1e-7,
              momentum=0.9, followsTensorFlow=True),
]

write(layers=layers, losses=losses, optimizers=optimizers)
