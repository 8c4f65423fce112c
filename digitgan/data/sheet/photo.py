"""A photograph of the form becomes a flat page of nothing but ink."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from digitgan.data.image_folder import to_greyscale
from digitgan.data.sheet.form import MARKERS, PAGE_SIZE, marker_corners
from digitgan.errors import InputError
from digitgan.files import as_input_errors

MAX_PIXELS = 2**27
FORMATS = ("JPEG", "PNG", "TIFF")  # Pillow knows some that run other programs
SHRINK = 8  # the light is judged on a smaller page
CLOSING = 9  # pixels there, 6 mm: wider than strokes, narrower than shadows


def flatten_page(photo: Path) -> np.ndarray:
    """Find the form in a photograph or scan, lay it flat and even out the light.

    Args:
        photo: A picture that Pillow reads, from any side, however turned.

    Returns:
        ``uint8 (3508, 2480)``: 0 paper, 255 where no light comes back.

    Raises:
        InputError: It is no picture, or does not show all four markers.
    """
    grey = _read_grey(photo)
    corners = _find_markers(grey)
    if len(corners) < 4:
        raise InputError(
            "read",
            photo,
            "a sharp photograph of the whole page",
            f"shows {len(corners)} of the 4 corner markers of the form",
        )
    source = np.concatenate([corners[number] for number in range(4)])
    upright, _ = cv2.findHomography(source, marker_corners().reshape(-1, 2))
    border = cv2.BORDER_REPLICATE
    return _darkness(cv2.warpPerspective(grey, upright, PAGE_SIZE, borderMode=border))


def _read_grey(photo: Path) -> np.ndarray:
    try:
        with (
            as_input_errors("read", photo),
            Image.open(photo, formats=FORMATS) as picture,
        ):
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(f"it has more than {MAX_PIXELS:,} pixels")
            return np.asarray(to_greyscale(ImageOps.exif_transpose(picture)))
    except InputError as error:
        allowed = "a photograph, JPEG, PNG or TIFF"
        raise InputError("read", photo, allowed, error.problem) from error


def _find_markers(grey: np.ndarray) -> dict[int, np.ndarray]:
    """Return the four corners ``float32 (4, 2)`` of each marker in sight, by number."""
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    dictionary = cv2.aruco.getPredefinedDictionary(MARKERS)
    detector = cv2.aruco.ArucoDetector(dictionary, settings)
    corners, numbers, _ = detector.detectMarkers(grey)
    found = [] if numbers is None else numbers.ravel().astype(int).tolist()
    return {n: c[0] for n, c in zip(found, corners, strict=True) if n < 4}


def _darkness(page: np.ndarray) -> np.ndarray:
    """Return how much darker each pixel is than the paper around it."""
    size = (PAGE_SIZE[0] // SHRINK, PAGE_SIZE[1] // SHRINK)
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    # Closing fills what is dark and narrow, ink, and leaves what is wide: shadows.
    square = np.ones((CLOSING, CLOSING))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, square)
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), 2), PAGE_SIZE)
    darkness = 1 - page / np.maximum(paper.astype(np.float32), 1)
    return np.rint(255 * np.clip(darkness, 0, 1)).astype(np.uint8)
