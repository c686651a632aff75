#!/usr/bin/env python3
"""Makes webp.json, gif.json and tiff.json beside it: small pictures, and the pixels that Pillow gives for them; and profiles.json,
pictures with colour profiles.

    pip install pillow==13.0.0 && python3 make_formats.py

Each is a list of {name, file, width, height, rgb} as in make.py. What is transparent lies over white in all of them.
"""

import base64
import io
import json
import pathlib
import random
import struct

from PIL import Image, ImageCms, ImageOps

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 21, 13
rng = random.Random(30)


def scene(width=WIDTH, height=HEIGHT):
    """Colours that vary smoothly, with a little noise."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            base = (x * 255 // width, y * 255 // height, (x + y) * 127 // (width + height) + 64)
            image.putpixel((x, y), tuple(max(0, min(255, b + rng.randint(-12, 12))) for b in base))
    return image


def with_alpha(image):
    image = image.convert("RGBA")
    image.putalpha(Image.frombytes("L", image.size, bytes(rng.choice((0, 255, rng.randint(0, 255))) for _ in range(image.width * image.height))))
    return image


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation, endian="<"):
    mark = b"II" if endian == "<" else b"MM"
    return mark + struct.pack(endian + "HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def expected(file):
    """What Pillow makes of a file: its first picture, upright, over white; of 16-bit grey the high byte."""
    image = Image.open(io.BytesIO(file))
    image.seek(0)
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        image = Image.frombytes("L", image.size, bytes(image.getpixel((x, y)) >> 8 for y in range(image.height) for x in range(image.width)))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("RGB")


def write(name, files):
    cases = []
    for case, file in files.items():
        image = expected(file)
        text = lambda data: base64.b64encode(bytes(data)).decode()
        cases.append({"name": case, "file": text(file), "width": image.width, "height": image.height, "rgb": text(image.tobytes())})
    (HERE / f"{name}.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


# MARK: WebP

def riff(*chunks):
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def three(number):
    return struct.pack("<I", number)[:3]


def webp_animation(frame, canvas, place):
    """Two pictures, the first of them a part of the canvas."""
    data = saved(frame, "WEBP", lossless=True)[12:]
    x, y = place
    first = three(x // 2) + three(y // 2) + three(frame.width - 1) + three(frame.height - 1) + three(100) + b"\2" + data
    header = bytes([2 | 16, 0, 0, 0]) + three(canvas[0] - 1) + three(canvas[1] - 1)
    return riff((b"VP8X", header), (b"ANIM", bytes(6)), (b"ANMF", first), (b"ANMF", first))


def webp_files():
    image = scene()
    files = {
        "lossy": saved(image, "WEBP", quality=80),
        "lossy-best": saved(image, "WEBP", quality=100, method=6),
        "lossy-alpha": saved(with_alpha(image), "WEBP", quality=80, exact=True),
        "lossless": saved(image, "WEBP", lossless=True),
        "lossless-alpha": saved(with_alpha(image), "WEBP", lossless=True, exact=True),
        "grey": saved(image.convert("L"), "WEBP", lossless=True),
        "animation": saved(image, "WEBP", lossless=True, save_all=True, append_images=[ImageOps.invert(image)]),
        "animation-part": webp_animation(with_alpha(scene(9, 7)), (WIDTH, HEIGHT), (4, 6)),
    }
    for orientation in range(10):
        mark = b"Exif\0\0" if orientation % 2 else b""
        files[f"orientation-{orientation}"] = saved(scene(11, 7), "WEBP", lossless=True, exif=mark + exif(orientation, "<>"[orientation % 3 == 0]))
    return files


# MARK: GIF

def gif_files():
    image = scene()
    few = image.quantize(7)
    transparent = few.copy()
    transparent.info["transparency"] = 3
    whole = saved(image.quantize(256), "GIF")
    part = bytearray(saved(scene(9, 7).quantize(16), "GIF"))
    part[6:10] = struct.pack("<HH", WIDTH, HEIGHT)
    place = part.rindex(struct.pack("<cHHHH", b",", 0, 0, 9, 7))
    part[place + 1 : place + 5] = struct.pack("<HH", 5, 3)
    beyond = bytearray(part)
    beyond[6:10] = struct.pack("<HH", 4, 4)
    clear = bytearray(saved(scene(9, 7).quantize(16), "GIF", transparency=2))
    clear[6:10] = part[6:10]
    place = clear.rindex(struct.pack("<cHHHH", b",", 0, 0, 9, 7))
    clear[place + 1 : place + 5] = part[part.rindex(b",\5\0\3\0") + 1 :][:4]
    return {
        "colours-7": saved(few, "GIF"),
        "colours-256": whole,
        "grey": saved(image.convert("L"), "GIF"),
        "black-and-white": saved(image.convert("1"), "GIF"),
        "interlaced": saved(image.quantize(64), "GIF", interlace=1),
        "comment": saved(few, "GIF", comment=b"x" * 700),
        "transparent": saved(transparent, "GIF", transparency=3),
        "animation": saved(few, "GIF", save_all=True, append_images=[ImageOps.invert(image).quantize(7)]),
        "part-of-the-screen": bytes(part),
        "part-of-the-screen-transparent": bytes(clear),
        "larger-than-the-screen": bytes(beyond),
    }


# MARK: TIFF: Pillow writes strips in its own byte order; the rest is written by hand.

SIZES = {1: 1, 3: 2, 4: 4}


def tiff(width, height, tags, blocks, endian="<", tile=None, big=False):
    """One directory. `tags` are {number: (type, values)}; `blocks` are the data of each strip or tile."""
    long = 16 if big else 4
    letters = {1: "B", 3: "H", 4: "I", 16: "Q"}
    sizes = {1: 1, 3: 2, 4: 4, 16: 8}
    offsets, counts = (324, 325) if tile else (273, 279)
    tags = {256: (4, [width]), 257: (4, [height]), **tags}
    if tile:
        tags |= {322: (4, [tile[0]]), 323: (4, [tile[1]])}
    else:
        tags.setdefault(278, (4, [height]))
    tags |= {offsets: (long, [0] * len(blocks)), counts: (long, [len(b) for b in blocks])}
    room, entry = (8, 20) if big else (4, 12)
    start = 16 if big else 8
    extra_at = start + (8 if big else 2) + entry * len(tags) + (8 if big else 4)
    extra, places = b"", {}
    for number, (kind, values) in sorted(tags.items()):
        if sizes[kind] * len(values) > room:
            places[number] = extra_at + len(extra)
            extra += bytes(sizes[kind] * len(values))
            extra += bytes(len(extra) % 2)
    position = extra_at + len(extra)
    for index, block in enumerate(blocks):
        tags[offsets][1][index] = position
        position += len(block)
    extra, directory = b"", b""
    for number, (kind, values) in sorted(tags.items()):
        data = struct.pack(endian + letters[kind] * len(values), *values)
        head = struct.pack(endian + ("HHQ" if big else "HHI"), number, kind, len(values))
        if len(data) > room:
            directory += head + struct.pack(endian + ("Q" if big else "I"), places[number])
            extra += data + bytes(len(data) % 2)
        else:
            directory += head + data + bytes(room - len(data))
    mark = b"II" if endian == "<" else b"MM"
    header = mark + (struct.pack(endian + "HHHQ", 43, 8, 0, 16) if big else struct.pack(endian + "HI", 42, 8))
    count = struct.pack(endian + ("Q" if big else "H"), len(tags))
    return header + count + directory + bytes(8 if big else 4) + extra + b"".join(blocks)


def rgb_tags(bits=8, samples=3, photometric=2, **more):
    tags = {258: (3, [bits] * samples), 259: (3, [1]), 262: (3, [photometric]), 277: (3, [samples])}
    return tags | {int(k[1:]): v for k, v in more.items()}


def tiff_files():
    image = scene()
    alpha = with_alpha(image)
    files = {f"rgb-{c}": saved(image, "TIFF", compression=c) for c in ("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate")}
    files |= {
        "rgb-jpeg": saved(image, "TIFF", compression="jpeg", quality=85),
        "fax-4": saved(image.convert("1"), "TIFF", compression="group4"),
        "fax-3": saved(image.convert("1"), "TIFF", compression="group3"),
        "grey": saved(image.convert("L"), "TIFF"),
        "grey-alpha": saved(alpha.convert("LA"), "TIFF"),
        "palette": saved(image.quantize(50), "TIFF", compression="tiff_lzw"),
        "rgba": saved(alpha, "TIFF", compression="tiff_lzw"),
        "cmyk": saved(image.convert("CMYK"), "TIFF"),
        "pages": saved(image, "TIFF", save_all=True, append_images=[ImageOps.invert(image)]),
    }
    data = image.tobytes()
    rows = [data[y * WIDTH * 3 : (y + 1) * WIDTH * 3] for y in range(HEIGHT)]
    files["strips"] = tiff(WIDTH, HEIGHT, rgb_tags(t278=(4, [2])), [b"".join(rows[y : y + 2]) for y in range(0, HEIGHT, 2)])
    files["big-endian"] = tiff(WIDTH, HEIGHT, rgb_tags(), [data], ">")
    files["big-tiff"] = tiff(WIDTH, HEIGHT, rgb_tags(t274=(3, [6])), [data], big=True)
    padded = [row + bytes(32 * 3 - len(row)) for row in rows] + [bytes(32 * 3)] * 3
    tiles = [b"".join(row[x * 48 : (x + 1) * 48] for row in padded) for x in range(2)]
    files["tiles"] = tiff(WIDTH, HEIGHT, rgb_tags(), tiles, tile=(16, 16))
    files["planes"] = tiff(WIDTH, HEIGHT, rgb_tags(t284=(3, [2])), [data[c::3] for c in range(3)])
    for endian in "<>":
        wide = [rng.randint(0, 65535) for _ in range(WIDTH * HEIGHT * 3)]
        files[f"rgb-16-{'II' if endian == '<' else 'MM'}"] = tiff(WIDTH, HEIGHT, rgb_tags(16), [struct.pack(endian + f"{len(wide)}H", *wide)], endian)
        grey = wide[: WIDTH * HEIGHT]
        files[f"grey-16-{'II' if endian == '<' else 'MM'}"] = tiff(WIDTH, HEIGHT, rgb_tags(16, 1, 1), [struct.pack(endian + f"{len(grey)}H", *grey)], endian)
    nibbles = bytes(rng.randint(0, 255) for _ in range((WIDTH + 1) // 2 * HEIGHT))
    colors = [rng.randint(0, 255) * 257 for _ in range(48)]
    files["palette-4"] = tiff(WIDTH, HEIGHT, rgb_tags(4, 1, 3, t320=(3, colors)), [nibbles])
    files["grey-4"] = tiff(WIDTH, HEIGHT, rgb_tags(4, 1, 1), [nibbles])
    files["white-is-zero"] = tiff(WIDTH, HEIGHT, rgb_tags(8, 1, 0), [data[: WIDTH * HEIGHT]])
    files["unspecified-fourth-sample"] = tiff(WIDTH, HEIGHT, rgb_tags(8, 4, t338=(3, [0])), [alpha.tobytes()])
    multiplied = alpha.convert("RGBa").tobytes()
    files["multiplied-alpha"] = tiff(WIDTH, HEIGHT, rgb_tags(8, 4, t338=(3, [1])), [multiplied])
    small = scene(11, 7).tobytes()
    for orientation in range(10):
        files[f"orientation-{orientation}"] = tiff(11, 7, rgb_tags(t274=(3, [orientation])), [small], "<>"[orientation % 2])
    return files


# MARK: colour profiles

def bmp_with(profile):
    """Two pixels under a BITMAPV5HEADER, the profile behind them."""
    pixels = bytes(8)
    header = struct.pack("<IiiHHII", 124, 2, 1, 1, 24, 0, len(pixels)) + bytes(124 - 24)
    header = header[:56] + b"DEBM" + header[60:112] + struct.pack("<II", 124 + len(pixels), len(profile)) + bytes(4)
    return struct.pack("<2sIHHI", b"BM", 14 + 124 + len(pixels) + len(profile), 0, 0, 14 + 124) + header + pixels + profile


def profile_cases():
    image = scene(5, 4)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Version 2's way to describe itself, and too long for one segment.
    head = bytes(12) + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(88)
    name = b"Wide Gamut Test\0"
    text = b"desc" + bytes(4) + struct.pack(">I", len(name)) + name
    long = head + struct.pack(">I4sII", 1, b"desc", 144, len(text)) + text + bytes(70_000)
    files = {
        "jpeg": (saved(image, "JPEG", icc_profile=srgb), srgb),
        "jpeg-two-segments": (saved(image, "JPEG", icc_profile=long), long),
        "png": (saved(image, "PNG", icc_profile=srgb), srgb),
        "webp": (saved(image, "WEBP", lossless=True, icc_profile=srgb), srgb),
        "tiff": (saved(image, "TIFF", icc_profile=srgb), srgb),
        "bmp": (bmp_with(srgb), srgb),
        "none": (saved(image, "PNG"), b""),
    }
    return [
        {"name": case, "file": base64.b64encode(file).decode(), "byteCount": len(profile), "profile": "" if not profile else "Wide Gamut Test" if profile is long else "sRGB built-in"}
        for case, (file, profile) in files.items()
    ]


(HERE / "profiles.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in profile_cases()) + "\n]\n")
write("webp", webp_files())
write("gif", gif_files())
write("tiff", tiff_files())
