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
