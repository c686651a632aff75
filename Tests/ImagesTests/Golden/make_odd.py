#!/usr/bin/env python3
"""Makes odd.json beside it: what Pillow gives for each file of ../shared/data/odd-images, where that folder is beside the package.

    pip install pillow==13.0.0 && python3 make_odd.py

A list of {file, width, height, mode, plain, ours, samples}: the checksum of all of Pillow's samples by `convert("RGB")`, that of
the same by our rules for transparency and 16-bit grey, and 64 pixels of the latter, at places that the test computes too, in
base64. `error` stands in place of these where Pillow fails.
"""

import base64
import json
import pathlib
import zlib

from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
ODD = HERE.parents[3] / "shared" / "data" / "odd-images"
SUFFIXES = {".png", ".jpg", ".bmp", ".gif", ".webp"}


def by_our_rules(image):
    """What is transparent over white, and of 16-bit grey the high byte."""
    if image.mode.startswith("I;16"):
        values = [image.getpixel((x, y)) for y in range(image.height) for x in range(image.width)]
        key = image.info.get("transparency")
        return Image.frombytes("L", image.size, bytes(255 if v == key else v >> 8 for v in values)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("RGB")


def case(file):
    name = file.relative_to(ODD).as_posix()
    try:
        image = Image.open(file)
        image.load()
        image = ImageOps.exif_transpose(image)
        plain, ours = image.convert("RGB"), by_our_rules(image)
    except Exception as error:
        return {"file": name, "error": type(error).__name__}
    places = [(i * 2654435761 % 2**32) * (image.width * image.height) >> 32 for i in range(64)]
    data = ours.tobytes()
    samples = b"".join(data[p * 3 : p * 3 + 3] for p in places)
    checksums = {"plain": zlib.crc32(plain.tobytes()), "ours": zlib.crc32(data)}
    return {"file": name, "width": image.width, "height": image.height, "mode": image.mode, **checksums, "samples": base64.b64encode(samples).decode()}


files = sorted(p for p in ODD.rglob("*") if p.suffix in SUFFIXES)
(HERE / "odd.json").write_text("[\n" + ",\n".join(json.dumps(case(f)) for f in files) + "\n]\n")
