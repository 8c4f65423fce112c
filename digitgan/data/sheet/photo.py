"""A photograph of the form becomes a flat page of nothing but ink."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from digitgan import files
from digitgan.data.readers import as_grey
from digitgan.data.sheet.form import MARKERS, PAGE, marker_corners
from digitgan.errors import InputError

MOST_PIXELS = 2**27
FORMATS = ("JPEG", "PNG", "TIFF")  # Pillow knows some that run other programs
SMALLER, STROKE = 8, 9  # light is judged at an eighth; wider than strokes there, 6 mm


def flat_page(photo: Path) -> np.ndarray:
    """Find the form in a photograph or scan, lay it flat and even out the light.

    Args:
        photo: A picture that Pillow reads, from any side, however turned.

    Returns:
        ``uint8 (3508, 2480)``: 0 paper, 255 where no light comes back.

    Raises:
        InputError: It is no picture, or does not show all four markers.
    """
    grey = _open(photo)
    corners = _find_markers(grey)
    if len(corners) < 4:
        raise InputError(
            f"--read {str(photo)!r} shows {len(corners)} of the 4 corner markers of "
            "the form: allowed is a sharp photograph of the whole page"
        )
    seen = np.concatenate([corners[number] for number in range(4)])
    upright, _ = cv2.findHomography(seen, marker_corners().reshape(-1, 2))
    flat = cv2.warpPerspective(grey, upright, PAGE, borderMode=cv2.BORDER_REPLICATE)
    return _darkness(flat)


def _open(photo: Path) -> np.ndarray:
    try:
        with (
            files.as_input_errors("read", photo),
            Image.open(photo, formats=FORMATS) as picture,
        ):
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError(f"it has more than {MOST_PIXELS:,} pixels")
            return np.asarray(as_grey(ImageOps.exif_transpose(picture)))
    except InputError as error:
        line = f"{error}: allowed is a photograph, JPEG, PNG or TIFF"
        raise InputError(line) from error


def _find_markers(grey: np.ndarray) -> dict[int, np.ndarray]:
    """Return the four corners ``float32 (4, 2)`` of each marker in sight, by number."""
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    dictionary = cv2.aruco.getPredefinedDictionary(MARKERS)
    detector = cv2.aruco.ArucoDetector(dictionary, settings)
    corners, numbers, _ = detector.detectMarkers(grey)
    found = [] if numbers is None else numbers.ravel().tolist()
    return {n: c[0] for n, c in zip(found, corners, strict=True) if n < 4}


def _darkness(flat: np.ndarray) -> np.ndarray:
    """Return how much darker each pixel is than the paper around it."""
    size = (PAGE[0] // SMALLER, PAGE[1] // SMALLER)
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    # Closing fills what is dark and narrow, ink, and leaves what is wide: shadows.
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((STROKE, STROKE)))
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), 2), PAGE).astype(np.float32)
    share = 1 - flat / np.maximum(paper, 1)
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)
