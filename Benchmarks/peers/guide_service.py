"""The guide's service: Flask around Keras, as its text has it, with the network and weights of an Ocellus model.

    guide_service.py convert MODEL FILE.keras     rebuild the model of an Ocellus run in Keras, and save it
    guide_service.py serve FILE.keras PORT CLASS...
"""

import json
import os
import pathlib
import struct
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def tensors(path):
    """The float tensors of a safetensors file, by name."""
    import numpy

    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    found = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            raw = data[8 + length + start : 8 + length + end]
            found[name] = numpy.frombuffer(raw, numpy.float32).reshape(entry["shape"])
    return found


def convert(model, target):
    from tensorflow.keras import layers, models

    weights = tensors(f"{model}/weights.safetensors")
    classes = json.loads(pathlib.Path(f"{model}/model.json").read_text())["classes"]
    network = models.Sequential([
        layers.Input(shape=(224, 224, 3)),
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(len(classes), activation="softmax"),
    ])
    # Both keep filters as HWIO, activations as NHWC, and dense weights as [in, out]: only names differ.
    rest = dict(weights)
    for variable in network.weights:
        name = next(name for name, value in rest.items() if value.shape == tuple(variable.shape))
        variable.assign(rest.pop(name))
    if rest:
        sys.exit(f"guide_service: {model} is not the guide's network; it has {', '.join(rest)} besides")
    network.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    network.save(target)


def serve(path, port, classes):
    import numpy as np
    import tensorflow as tf
    from flask import Flask, jsonify, request
    from PIL import Image

    app = Flask(__name__)
    model = tf.keras.models.load_model(path)

    def preprocess_image(image_file):
        img = Image.open(image_file.stream).convert("RGB")
        img = img.resize((224, 224))
        return np.expand_dims(np.array(img) / 255.0, axis=0)

    @app.route("/predict", methods=["POST"])
    def predict():
        if "file" not in request.files:
            return jsonify({"error": "No file part"}), 400
        file = request.files["file"]
        if file.filename == "":
            return jsonify({"error": "No selected file"}), 400
        try:
            prediction = model.predict(preprocess_image(file), verbose=0)
            class_idx = int(np.argmax(prediction, axis=1)[0])
            return jsonify({"class": classes[class_idx], "confidence": float(prediction[0][class_idx])})
        except Exception as e:
            return jsonify({"error": str(e)}), 500

    app.run(host="127.0.0.1", port=port)


if __name__ == "__main__":
    if sys.argv[1] == "convert":
        convert(*sys.argv[2:4])
    else:
        serve(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
