#!/usr/bin/env python3
"""Makes resizing.json beside it: pictures made by a formula, at other sizes, by each filter and in each way.

    pip install pillow==12.3.0 && python3 make_resizing.py

A list of {way, filter, source: [width, height], width, height, rgb}; rgb in base64. `center-crop` is what torchvision's Resize
and CenterCrop do to a Pillow image, written out: the shorter side at 8/7 of the target's longer one, and the middle of that.
"""

import base64
import json
import pathlib

from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
FILTERS = {name: Image.Resampling[name.upper()] for name in ("nearest", "bilinear", "bicubic", "lanczos")}
PAD_COLOR = (114, 5, 200)


def pattern(width, height):
    """Edges, slopes and, here and there, single bright and dark pixels."""
    data = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(3):
                value = x * (7 + c) + y * 13 + c * 50 + x * y
                data.append((255 if value % 2 else 0) if value % 11 == 0 else value & 255)
    return Image.frombytes("RGB", (width, height), bytes(data))


def center_crop(image, size, filter):
    shorter = (max(size) * 16 + 7) // 14
    width, height = image.size
    longer = int(shorter * max(width, height) / min(width, height))
    image = image.resize((shorter, longer) if width <= height else (longer, shorter), filter)
    left, top = int(round((image.width - size[0]) / 2.0)), int(round((image.height - size[1]) / 2.0))
    return image.crop((left, top, left + size[0], top + size[1]))


def stretch(image, size, filter):
    # One axis after the other: from version 13 Pillow sometimes starts with the columns.
    return image.resize((size[0], image.height), filter).resize(size, filter)


WAYS = {
    "stretch": (stretch, [(23, 17), (97, 61), (640, 3)], [(11, 9), (23, 8), (47, 35), (1, 1), (60, 3), (3, 40)]),
    "pad": (lambda i, s, f: ImageOps.pad(i, s, f, color=PAD_COLOR), [(41, 29), (29, 41), (30, 30), (200, 10)], [(20, 20), (33, 12), (8, 21), (64, 64)]),
    "fill": (ImageOps.fit, [(41, 29), (29, 41), (30, 30), (200, 3)], [(20, 20), (33, 12), (8, 21), (64, 64)]),
    "center-crop": (center_crop, [(41, 29), (29, 41), (30, 30), (90, 20)], [(20, 20), (33, 12), (8, 21), (64, 64)]),
}

cases = []
for way, (resize, sources, targets) in WAYS.items():
    for name, filter in FILTERS.items():
        for number, source in enumerate(sources):
            for target in targets[number % 2 :: 2] if way != "stretch" else targets:
                image = resize(pattern(*source), target, filter)
                text = base64.b64encode(image.tobytes()).decode()
                cases.append({"way": way, "filter": name, "source": source, "width": target[0], "height": target[1], "rgb": text})
(HERE / "resizing.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
