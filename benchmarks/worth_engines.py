"""Engines that people use, and what they read in pictures of numbers."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

ENLARGED, BORDER = 2, 20  # before an engine reads: times, pixels
READ_BY_RAPIDOCR = """
import sys
from rapidocr_onnxruntime import RapidOCR
engine = RapidOCR()
for path in open(sys.argv[1]).read().split():
    found, _ = engine(path, use_det=False, use_cls=False)
    print("".join(one[0] for one in found or []))
"""


def tesseract(paths: Path) -> list[str]:
    """Return what Tesseract reads in the pictures of a list, as lines of digits."""
    command = ["tesseract", str(paths), "-", "--psm", "7"]
    command += ["-c", "tessedit_char_whitelist=0123456789"]
    return _said(command).split("\f")


def rapidocr(python: str, paths: Path) -> list[str]:
    """Return what RapidOCR recognises in them, without looking for text first."""
    return _said([python, "-c", READ_BY_RAPIDOCR, str(paths)]).splitlines()


def _said(command: list[str]) -> str:
    one_thread = os.environ | {"OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread)
    done.check_returncode()
    return done.stdout


def engine_reads(
    pages: list[np.ndarray], read: Callable[[Path], list[str]]
) -> list[str]:
    """Return the digits that an engine finds in each page, dark on white and larger."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number:05}.png") for number in range(len(pages))]
        for path, page in zip(paths, pages, strict=True):
            paper = Image.fromarray(255 - page)
            size = (paper.width * ENLARGED, paper.height * ENLARGED)
            large = paper.resize(size, Image.Resampling.BICUBIC)
            ImageOps.expand(large, BORDER, 255).save(path)
        names = Path(folder, "pictures.txt")
        names.write_text("".join(f"{path}\n" for path in paths))
        found = read(names)
    return ["".join(filter(str.isdigit, line)) for line in found]
