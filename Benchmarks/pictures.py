"""Makes the photos that the input pipelines are timed on: pictures.py FOLDER.

Noise of all scales, like a photo's, as JPEG of 640×480 in three classes; always the same ones.
"""

import pathlib
import sys

import numpy
from PIL import Image

COUNT, WIDTH, HEIGHT, QUALITY = 192, 640, 480, 90


def picture(random):
    """An RGB picture whose detail falls off with its scale."""
    total = numpy.zeros((HEIGHT, WIDTH, 3), numpy.float32)
    for octave in range(8):
        cells = (5 << octave, 4 << octave)
        noise = random.random((cells[1], cells[0], 3), numpy.float32) - 0.5
        layers = [Image.fromarray(noise[..., channel]) for channel in range(3)]
        grown = [numpy.asarray(layer.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)) for layer in layers]
        total += numpy.stack(grown, axis=-1) * 0.68**octave
    return Image.fromarray((numpy.clip(total * 0.6 + 0.5, 0, 1) * 255).astype(numpy.uint8))


def main():
    folder = pathlib.Path(sys.argv[1])
    random = numpy.random.default_rng(0)
    for index in range(COUNT):
        file = folder / f"class{index % 3}" / f"{index}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        picture(random).save(file, quality=QUALITY)


main()
