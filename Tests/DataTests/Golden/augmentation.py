"""Makes fills.json, changes.json and magnitudes.json. Needs tensorflow-cpu 2.21 (Keras 3), scipy, pillow 13, and torchvision
0.29's files; PyTorch itself is not needed: the functions that work on Pillow's pictures run with NumPy in its place.

    python augmentation.py PATH_OF_torchvision
"""

import json
import math
import pathlib
import sys
import types

import numpy as np
from PIL import Image
from keras.src.legacy.preprocessing import image as keras_image

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))


def torchvision(folder):
    """torchvision's modules for Pillow's pictures and the policies, with NumPy for torch."""
    torch = types.ModuleType("torch")
    torch.Tensor = np.ndarray
    torch.tensor = np.array
    torch.linspace = np.linspace
    torch.arange = np.arange
    torch.nn = types.SimpleNamespace(Module=object)
    torch.jit = types.SimpleNamespace(unused=lambda function: function)
    sys.modules["torch"] = torch
    package = types.ModuleType("tv")
    package._Image_fromarray = Image.fromarray
    sys.modules["tv"] = sys.modules["tv.utils"] = package
    modules = {}
    for name in ["_functional_pil", "autoaugment"]:
        source = (folder / "transforms" / f"{name}.py").read_text()
        source = source.replace("from ..utils import", "from tv.utils import")
        source = source.replace("from . import functional as F, InterpolationMode", "")
        source = source.replace("interpolation: InterpolationMode = InterpolationMode.NEAREST", "interpolation=None")
        source = source.replace("interpolation: InterpolationMode", "interpolation")
        source = source.replace(".round().int()", ".round().astype(int)")
        # AugMix, which is not of use here, names it too.
        modules[name] = {"__name__": name, "InterpolationMode": types.SimpleNamespace(BILINEAR=None, NEAREST=None)}
        exec(compile(source, name, "exec"), modules[name])
    return types.SimpleNamespace(**modules["_functional_pil"]), modules["autoaugment"]


def noise(width, height, seed):
    generator = np.random.default_rng(seed)
    gradient = np.add.outer(6 * np.arange(height), 7 * np.arange(width))[:, :, None]
    return np.clip(gradient + generator.integers(-40, 110, (height, width, 3)), 3, 250).astype(np.uint8)


def write(name, cases):
    (here / name).write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


# Keras' fill modes. The picture is square: see make.py about the centre of others.
fills = []
for mode in ["nearest", "constant", "reflect", "wrap"]:
    for parameters in [
        dict(theta=27.0, tx=5.3, ty=-4.1, shear=9.0, zx=1.3, zy=1.15),
        dict(theta=-140.0, tx=-31.3, ty=44.7, shear=0.0, zx=2.1, zy=1.9),
        dict(theta=0.0, tx=3.3, ty=0.0, shear=0.0, zx=1.0, zy=1.0),
    ]:
        pixels = noise(16, 16, len(fills))
        expected = keras_image.apply_affine_transform(
            pixels.astype(np.float32), **parameters, row_axis=0, col_axis=1, channel_axis=2, fill_mode=mode, cval=77.0, order=1)
        fills.append(dict(mode=mode, value=77, side=16, pixels=pixels.ravel().tolist(),
                          expected=[round(float(value), 2) for value in expected.ravel()], **parameters))
write("fills.json", fills)

functional, policies = torchvision(pathlib.Path(sys.argv[1]))


def inverse_affine(shear):
    """torchvision's inverse of an affine map with a shear alone, about the upper left corner."""
    return [1.0, math.tan(math.radians(shear[0])), 0.0, math.tan(math.radians(shear[1])), 1.0, 0.0]


def move(picture, name, amount):
    """An operation of a policy as torchvision does it, with bilinear interpolation; None outside of the picture."""
    def moved(fill):
        options = dict(interpolation=Image.BILINEAR, fill=fill)
        if name == "rotate":
            return functional.rotate(picture, amount, **options)
        if name == "shearX":
            return functional.affine(picture, inverse_affine([math.degrees(math.atan(amount)), 0]), **options)
        if name == "shearY":
            return functional.affine(picture, inverse_affine([0, math.degrees(math.atan(amount))]), **options)
        matrix = [1, 0, -amount, 0, 1, 0] if name == "translateX" else [1, 0, 0, 0, 1, -amount]
        return functional.affine(picture, matrix, **options)
    black, white = np.asarray(moved((0, 0, 0))).astype(int), np.asarray(moved((255, 255, 255)))
    return np.where(black == white, black, -1)


def keras_channel_shift(picture, amount):
    return np.round(keras_image.apply_channel_shift(np.asarray(picture).astype(np.float32), amount, 2))


def keras_brightness(picture, factor):
    return keras_image.apply_brightness_shift(np.asarray(picture).astype(np.float32), factor, False)


changes = []
for seed in [1, 2]:
    pixels = noise(19, 14, seed)
    if seed == 2:
        pixels = (pixels // 2 + 40).astype(np.uint8)
    picture = Image.fromarray(pixels)
    results = []
    for amount in [0.21, -0.3]:
        results += [("shearX", amount, move(picture, "shearX", amount)), ("shearY", amount, move(picture, "shearY", amount))]
    for amount in [5, -3]:
        results += [("translateX", amount, move(picture, "translateX", amount)),
                    ("translateY", amount, move(picture, "translateY", amount))]
    for amount in [33.0, -121.5]:
        results.append(("rotate", amount, move(picture, "rotate", amount)))
    for factor in [0.01, 0.55, 1.0, 1.9]:
        results += [("brightness", factor, functional.adjust_brightness(picture, factor)),
                    ("contrast", factor, functional.adjust_contrast(picture, factor)),
                    ("saturation", factor, functional.adjust_saturation(picture, factor)),
                    ("sharpness", factor, functional.adjust_sharpness(picture, factor))]
    results.append(("brightness", 1.37, keras_brightness(picture, 1.37)))
    for turn in [-0.5, -0.13, 0.04, 0.31]:
        results.append(("hue", turn, functional.adjust_hue(picture, turn)))
    for bits in [2, 5, 8]:
        results.append(("posterize", bits, functional.posterize(picture, bits)))
    for threshold in [0.0, 91.8, 255.0]:
        results.append(("solarize", threshold, functional.solarize(picture, threshold)))
    results.append(("autoContrast", 0, functional.autocontrast(picture)))
    results.append(("equalize", 0, functional.equalize(picture)))
    for amount in [-60.5, 30.25]:
        results.append(("channelShift", amount, keras_channel_shift(picture, amount)))
    for name, amount, result in results:
        changes.append(dict(name=name, amount=amount, picture=seed, expected=np.asarray(result).astype(int).ravel().tolist()))
    changes.append(dict(name="original", amount=0, picture=seed, expected=pixels.ravel().tolist()))
write("changes.json", changes)

magnitudes = []
for kind, space in [
    ("randaugment", policies["RandAugment"]._augmentation_space(None, 31, (140, 200))),
    ("trivialaugment", policies["TrivialAugmentWide"]._augmentation_space(None, 31)),
]:
    for name, (values, signed) in space.items():
        values = [round(float(value), 6) for value in np.atleast_1d(values)]
        magnitudes.append(dict(kind=kind, name=name, signed=signed, values=values))
write("magnitudes.json", magnitudes)
