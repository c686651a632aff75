#!/usr/bin/env python3
"""Writes the pictures of the golden files beside, which are of our own making, into a folder a target: seeds.py FOLDER"""

import base64
import json
import pathlib
import sys

GOLDEN = pathlib.Path(__file__).parents[1] / "ImagesTests" / "Golden"
FORMATS = {b"\xff\xd8": "jpeg", b"\x89P": "png", b"RI": "webp", b"GI": "gif", b"II": "tiff", b"MM": "tiff", b"BM": "bmp"}

for golden in ("jpeg", "png", "bmp", "webp", "gif", "tiff", "orientation", "bombs", "profiles"):
    for number, case in enumerate(json.loads((GOLDEN / f"{golden}.json").read_text())):
        file = base64.b64decode(case["file"])
        targets = [FORMATS[file[:2]]]
        # All that has to do with what stands beside the pixels.
        if golden in ("orientation", "profiles") or case["name"].startswith("orientation"):
            targets.append("info")
        for target in targets:
            folder = pathlib.Path(sys.argv[1]) / target
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{golden}-{number}").write_bytes(file)

# A chunk that announces a gigabyte, which libpng would reserve before it reads it.
header = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000b000000070802000000510c200a")
for kind in (b"zTXt", b"iTXt", b"tEXt", b"iCCP", b"eXIf"):
    for name, rest in (("long", b"Raw profile type exif\0\0" + bytes(64)), ("short", b"R")):
        (pathlib.Path(sys.argv[1]) / "png" / f"announced-{kind.decode()}-{name}").write_bytes(
            header + b"\x3b\0\0\x52" + kind + rest)
