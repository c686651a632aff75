"""Makes affine.json: pictures warped by Keras' own apply_affine_transform. Needs tensorflow-cpu 2.21 (Keras 3) and scipy.

A picture that is not square: Keras takes half the height for the centre of the columns and half the width for that of the
rows. Ocellus takes the picture's centre, so for those the two are exchanged before Keras' code runs.
"""

import json
import pathlib
import random

import numpy as np
from keras.src.legacy.preprocessing import image as keras_image

CASES = [
    dict(),
    dict(theta=20.0),
    dict(theta=-33.3),
    dict(tx=3.4),
    dict(ty=-2.75),
    dict(tx=-1000.0, ty=1000.0),
    dict(shear=0.2),
    dict(shear=25.0),
    dict(zx=0.8, zy=1.2),
    dict(zx=1.2, zy=0.81),
    dict(flip=True),
    dict(theta=180.0),
    dict(theta=90.0, flip=True),
    dict(theta=12.5, tx=2.2, ty=-1.7, shear=-0.15, zx=0.93, zy=1.11, flip=True),
    dict(theta=-19.0, tx=-3.1, ty=3.3, shear=17.0, zx=1.19, zy=0.84),
]
SIZES = [(17, 17), (16, 16), (19, 11), (1, 7)]  # width, height


def picture(width, height):
    """Noise over a gradient, the same on every machine."""
    source = random.Random(width * 1000 + height)
    return np.array(
        [[[min(255, 8 * x + 5 * y + source.randrange(120)) for _ in range(3)] for x in range(width)] for y in range(height)],
        dtype=np.uint8,
    )


def warp(pixels, case):
    """As ImageDataGenerator.apply_transform does it: the affine transformation, then the flip."""
    parameters = dict(case)
    flip = parameters.pop("flip", False)
    original = keras_image.transform_matrix_offset_center
    if pixels.shape[0] != pixels.shape[1]:
        keras_image.transform_matrix_offset_center = lambda matrix, x, y: original(matrix, y, x)
    try:
        result = keras_image.apply_affine_transform(
            pixels.astype(np.float32), **parameters, row_axis=0, col_axis=1, channel_axis=2, fill_mode="nearest", order=1
        )
    finally:
        keras_image.transform_matrix_offset_center = original
    return result[:, ::-1] if flip else result


golden = []
for number, case in enumerate(CASES):
    sizes = SIZES if len(case) > 4 else [SIZES[number % 2]]
    for width, height in sizes:
        pixels = picture(width, height)
        expected = warp(pixels, case)
        golden.append(
            dict(
                width=width,
                height=height,
                pixels=pixels.ravel().tolist(),
                expected=[round(float(value), 3) for value in expected.ravel()],
                **{key: case.get(key, 1.0 if key[0] == "z" else 0.0) for key in ["theta", "tx", "ty", "shear", "zx", "zy"]},
                flip=case.get("flip", False),
            )
        )
path = pathlib.Path(__file__).parent / "affine.json"
path.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in golden) + "\n]\n")
