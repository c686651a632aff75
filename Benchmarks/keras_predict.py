"""Says in Keras what a photo shows, as `ocellus predict MODEL PHOTO` does: keras_predict.py MODEL.keras PHOTO CLASS..."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras


def main():
    model, photo, *classes = sys.argv[1:]
    network = keras.models.load_model(model, compile=False)
    size = network.input_shape[1:3]
    picture = keras.utils.img_to_array(keras.utils.load_img(photo, target_size=size, interpolation="bilinear"))
    probabilities = network(picture[None] / 255, training=False).numpy()[0]
    best = probabilities.argmax()
    print(f"{photo}  {classes[best]} {100 * probabilities[best]:.1f} %")


if __name__ == "__main__":
    main()
