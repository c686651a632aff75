#!/usr/bin/env python3
"""Makes the golden files beside it: small pictures, and the pixels that Pillow (or, where said, a rule) gives for them.

    pip install pillow && python3 make.py

Each JSON file is a list of {name, file, width, height, rgb}: `file` is the picture and `rgb` the expected samples, in base64.
"""

import base64
import io
import json
import pathlib
import random
import struct
import zlib

from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 13, 9  # odd, and long enough that every Adam7 pass has pixels
rng = random.Random(20)


def case(name, file, width, height, rgb):
    encode = lambda data: base64.b64encode(bytes(data)).decode()
    return {"name": name, "file": encode(file), "width": width, "height": height, "rgb": encode(rgb)}


def write(name, cases):
    lines = ",\n".join(json.dumps(c) for c in cases)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n")


# MARK: PNG, written by hand: Pillow writes neither interlaced files nor most depths.

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_row(samples, depth):
    if depth == 16:
        return b"".join(struct.pack(">H", s) for s in samples)
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def filtered(row, previous, kind, unit):
    """One row by one of PNG's five filters, its kind in front."""
    out = bytearray([kind])
    for i, value in enumerate(row):
        left = row[i - unit] if i >= unit else 0
        up = previous[i]
        corner = previous[i - unit] if i >= unit else 0
        estimate = left + up - corner
        nearest = min((left, up, corner), key=lambda c: abs(estimate - c))
        out.append((value - (0, left, up, (left + up) // 2, nearest)[kind]) & 255)
    return bytes(out)


def png(pixels, color_type, depth, interlaced, before=b"", width=WIDTH, height=HEIGHT):
    unit = max(1, len(pixels[0][0]) * depth // 8)
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for x0, y0, dx, dy in passes:
        previous = None
        for number, row in enumerate(pixels[y0::dy]):
            samples = [s for pixel in row[x0::dx] for s in pixel]
            if not samples:
                continue
            line = packed_row(samples, depth)
            data += filtered(line, previous or bytes(len(line)), number % 5, unit)
            previous = line
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )


def over_white(color, alpha):
    """The rule: (colour × alpha + 255 × (255 − alpha)) ÷ 255, rounded."""
    return [(2 * (c * alpha + 255 * (255 - alpha)) + 255) // 510 for c in color]


def png_cases():
    cases = []
    kinds = [("grey", 0, 1, d) for d in (1, 2, 4, 8, 16)] + [("rgb", 2, 3, d) for d in (8, 16)]
    kinds += [("palette", 3, 1, d) for d in (1, 2, 4, 8)]
    kinds += [("grey-alpha", 4, 2, d) for d in (8, 16)] + [("rgba", 6, 4, d) for d in (8, 16)]
    for kind, color_type, channels, depth in kinds:
        for transparent in (False, True) if color_type in (0, 2, 3) else (False,):
            top = (1 << depth) - 1
            pixels = [[[rng.randint(0, top) for _ in range(channels)] for _ in range(WIDTH)] for _ in range(HEIGHT)]
            key = pixels[4][6]
            palette = [[rng.randint(0, 255) for _ in range(3)] for _ in range(1 << min(depth, 8))]
            alphas = [rng.randint(0, 255) for _ in palette[: len(palette) // 2 + 1]]
            before = chunk(b"PLTE", bytes(sum(palette, []))) if color_type == 3 else b""
            if transparent and color_type == 3:
                before += chunk(b"tRNS", bytes(alphas))
            elif transparent:
                before += chunk(b"tRNS", b"".join(struct.pack(">H", s) for s in key))

            def rgb(pixel):
                # 16 bits to their high byte; fewer than 8 spread to 0…255.
                eight = [s >> 8 if depth == 16 else s * 255 // top for s in pixel]
                if color_type == 3:
                    index = pixel[0]
                    alpha = alphas[index] if transparent and index < len(alphas) else 255
                    return over_white(palette[index], alpha)
                color = eight[:3] if channels >= 3 else eight[:1] * 3
                if channels in (2, 4):
                    return over_white(color, eight[-1])
                return [255] * 3 if transparent and pixel == key else color

            expected = bytes(s for row in pixels for pixel in row for s in rgb(pixel))
            for interlaced in (False, True):
                name = f"{kind}-{depth}" + ("-transparent" if transparent else "") + ("-interlaced" if interlaced else "")
                file = png(pixels, color_type, depth, interlaced, before)
                judge(name, file, expected, transparent or channels in (2, 4))
                cases.append(case(name, file, WIDTH, HEIGHT, expected))
    return cases


def judge(name, file, expected, has_alpha):
    """Pillow must agree with the rule, except where it has another: 16-bit grey is not reduced, alpha is dropped."""
    image = Image.open(io.BytesIO(file))
    image.load()
    if image.mode.startswith("I") or ("16" in name and has_alpha and image.mode != "RGBA"):
        return
    if has_alpha:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    assert image.convert("RGB").tobytes() == expected, name


# MARK: BMP, written by hand: Pillow writes only the plainest.


def bmp(bits, rows, palette=(), masks=(), header=40, compression=0, top_down=False, data=None):
    """A file of rows of stored pixel values, top row first, or of `data`."""
    if data is None:
        ordered = rows if top_down else rows[::-1]
        if bits <= 8:
            packed = [packed_row(row, bits) for row in ordered]
        else:
            packed = [b"".join(value.to_bytes(bits // 8, "little") for value in row) for row in ordered]
        data = b"".join(row + bytes(-len(row) % 4) for row in packed)
    height = -HEIGHT if top_down else HEIGHT
    if header == 12:
        info = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, WIDTH, height, 1, bits, compression, len(data), 2835, 2835, len(palette), 0)
    fields = b"".join(struct.pack("<I", mask) for mask in masks)
    info += fields if header == 40 else fields + bytes(header - len(info) - len(fields))
    table = b"".join(bytes(color[::-1]) + (b"" if header == 12 else b"\0") for color in palette)
    start = 14 + len(info) + len(table)
    return struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start) + info + table + data


def run_lengths(rows, bits, literal):
    """Rows in runs of at most six equal values, or as literals; without the mark at the end."""
    data = b""
    for number, row in enumerate(rows[::-1]):
        if literal:
            packed = packed_row(row, bits)
            data += bytes([0, len(row)]) + packed + bytes(len(packed) % 2)
        else:
            start = 0
            while start < len(row):
                end = start
                while end < len(row) and end - start < 6 and row[end] == row[start]:
                    end += 1
                data += bytes([end - start, row[start] if bits == 8 else row[start] * 17])
                start = end
        if number < len(rows) - 1:
            data += bytes([0, 0])
    return data


def spread(value, mask):
    if mask == 0:
        return 255
    low = (mask & -mask).bit_length() - 1
    return ((value & mask) >> low) * 255 // (mask >> low)


def bmp_cases():
    cases = []

    def add(name, bits, most, palette=(), masks=(), pillow=True, **options):
        rows = [[rng.randint(0, most) for _ in range(WIDTH)] for _ in range(HEIGHT)]
        runs = options.pop("runs", None)
        if runs:
            rows = [[row[0]] * 5 + row[5:] for row in rows]
            options["data"] = run_lengths(rows, bits, runs == "literal")
            options["compression"] = 1 if bits == 8 else 2
        file = bmp(bits, rows, palette, masks, **options)
        plain = {16: (0x7C00, 0x3E0, 0x1F, 0), 24: (0xFF0000, 0xFF00, 0xFF, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}
        fields = tuple(masks) + (0,) * (4 - len(masks)) if masks else plain.get(bits)

        def rgb(value):
            if palette:
                return palette[value]
            return over_white([spread(value, mask) for mask in fields[:3]], spread(value, fields[3]))

        expected = bytes(s for row in rows for value in row for s in rgb(value))
        if pillow:
            image = Image.open(io.BytesIO(file))
            if image.mode == "RGBA":
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            assert image.convert("RGB").tobytes() == expected, name
        cases.append(case(name, file, WIDTH, HEIGHT, expected))

    colors = [[rng.randint(0, 255) for _ in range(3)] for _ in range(256)]
    for bits in (1, 4, 8):
        add(f"palette-{bits}", bits, (1 << bits) - 1, colors[: 1 << bits])
    add("palette-8-short", 8, 99, colors[:100])
    add("palette-8-core", 8, 255, colors, header=12)
    for bits in (16, 24, 32):
        add(f"rgb-{bits}", bits, (1 << min(bits, 24)) - 1)
    add("rgb-24-top-down", 24, 0xFFFFFF, top_down=True)
    add("rgb-24-core", 24, 0xFFFFFF, header=12)
    add("masks-565", 16, 0xFFFF, masks=(0xF800, 0x7E0, 0x1F), compression=3)
    # Pillow does not know these masks.
    add("masks-2-10-10-10", 32, 0x3FFFFFFF, masks=(0x3FF00000, 0xFFC00, 0x3FF), compression=3, pillow=False)
    add("masks-alpha", 32, 0xFFFFFFFF, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000), compression=3, header=124)
    add("runs-8", 8, 255, colors, runs="runs")
    add("literals-8", 8, 255, colors, runs="literal")
    # Pillow drops the last half of a byte of a literal of odd length.
    add("literals-4", 4, 15, colors[:16], runs="literal", pillow=False)
    return cases


# MARK: JPEG, EXIF and resizing: Pillow's files and Pillow's answers.


def scene(width, height):
    """Colours that vary smoothly, with a little noise."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            base = (x * 255 // width, y * 255 // height, (x + y) * 127 // (width + height) + 64)
            image.putpixel((x, y), tuple(max(0, min(255, b + rng.randint(-12, 12))) for b in base))
    return image


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def jpeg_cases():
    image = scene(19, 13)
    files = {
        "4-4-4": jpeg(image, quality=85, subsampling="4:4:4"),
        "4-2-2": jpeg(image, quality=85, subsampling="4:2:2"),
        "4-2-0": jpeg(image, quality=85, subsampling="4:2:0"),
        "progressive": jpeg(image, quality=60, progressive=True),
        "restart-markers": jpeg(image, quality=60, restart_marker_blocks=1),
        "stored-as-rgb": jpeg(image, quality=85, keep_rgb=True),
        "grey": jpeg(image.convert("L"), quality=85),
        "cmyk": jpeg(image.convert("CMYK"), quality=85),
    }
    return [case(n, f, 19, 13, Image.open(io.BytesIO(f)).convert("RGB").tobytes()) for n, f in files.items()]


def exif(orientation, endian):
    """The smallest EXIF block that says how to turn a picture."""
    mark = b"II" if endian == "<" else b"MM"
    return mark + struct.pack(endian + "HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def orientation_cases():
    cases = []
    stored = scene(11, 7)
    pixels = [[list(stored.getpixel((x, y))) for x in range(11)] for y in range(7)]
    for orientation in range(10):  # 0 and 9 mean nothing, and leave the picture as it is
        block = exif(orientation, "<" if orientation % 2 else ">")
        marked = b"Exif\0\0" + block
        digits = marked.hex()
        lines = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
        text = f"\nexif\n{len(marked):8}\n{lines}\n".encode()  # as ImageMagick wrote it before there was eXIf
        keyword = b"Raw profile type exif\0"
        for name, file in (
            ("jpeg", jpeg(stored, quality=90, exif=marked)),
            ("png", png(pixels, 2, 8, False, chunk(b"eXIf", block), 11, 7)),
            ("png-text", png(pixels, 2, 8, False, chunk(b"tEXt", keyword + text), 11, 7)),
            ("png-packed-text", png(pixels, 2, 8, False, chunk(b"zTXt", keyword + b"\0" + zlib.compress(text)), 11, 7)),
        )[: 4 if orientation == 6 else 2]:
            upright = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")
            cases.append(case(f"{name}-{orientation}", file, *upright.size, upright.tobytes()))
    return cases


def resize_cases():
    """`file` is the source's samples here. One axis after the other: from version 13 Pillow sometimes starts with the columns."""
    cases = []
    for width, height, sizes in (
        (23, 17, [(11, 9), (5, 17), (23, 8), (47, 35), (1, 1), (60, 3), (3, 40), (22, 16), (24, 18)]),
        (1, 1, [(4, 3)]),
        (64, 2, [(7, 5)]),
    ):
        source = Image.frombytes("RGB", (width, height), bytes(rng.randint(0, 255) for _ in range(width * height * 3)))
        for target in sizes:
            rows = source.resize((target[0], height), Image.Resampling.BILINEAR)
            expected = rows.resize(target, Image.Resampling.BILINEAR)
            cases.append(case(f"{width}×{height}", source.tobytes(), *target, expected.tobytes()))
    return cases


def bomb_cases():
    """A few hundred bytes that announce gigabytes of pixels."""
    return [
        case(name, png([[[0]] * 8] * 8, 0, 8, interlaced, b"", width, height), width, height, b"")
        for name, width, height, interlaced in (
            ("square", 100_000, 100_000, False),
            ("interlaced", 60_000, 60_000, True),
            ("wide", 2_000_000_000, 1, False),
        )
    ]


def real_cases():
    """Checksums of what Pillow makes of photos beside the package: decoded, and resized to 224×224."""
    data = HERE.parents[3] / "shared" / "data"
    files = sorted((data / "photos").iterdir())
    for folder in ("recycling/*", "hands/*", "eggs/*"):
        for place in sorted(p for p in data.glob(folder) if p.is_dir()):
            files += sorted(place.glob("*.jpg"))[::90]
    odd = ["pillow/hopper.png", "pillow/pil_sample_cmyk.jpg", "pillow/exif_imagemagick_orientation.png"]
    odd += ["libjpeg-turbo/testimgint.jpg", "libjpeg-turbo/testimgari.jpg", "libjpeg-turbo/monkey16.png"]
    odd += ["pillow/hopper.bmp", "pillow/hopper_rle8.bmp", "pillow/hopper_rle8_row_overflow.bmp"]
    odd += ["libjpeg-turbo/vgl_6434_0018a.bmp"]
    odd += ["exif-orientation/Portrait_3.jpg", "exif-orientation/Portrait_6.jpg", "pillow/hopper_gray.jpg"]
    files += [data / "odd-images" / name for name in odd]
    cases = []
    for file in files:
        image = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
        rows = image.resize((224, image.height), Image.Resampling.BILINEAR)
        small = rows.resize((224, 224), Image.Resampling.BILINEAR)
        checksums = {"decoded": zlib.crc32(image.tobytes()), "resized": zlib.crc32(small.tobytes())}
        size = {"width": image.width, "height": image.height}
        cases.append({"file": file.relative_to(data).as_posix(), **size, **checksums})
    return cases


write("png", png_cases())
write("jpeg", jpeg_cases())
write("orientation", orientation_cases())
write("resize", resize_cases())
write("bombs", bomb_cases())
write("bmp", bmp_cases())
if (HERE.parents[3] / "shared" / "data").is_dir():
    write("real", real_cases())
