"""A photograph of the form becomes a flat page of nothing but ink."""

import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from digitgan import limits
from digitgan.data.pictures import to_greyscale
from digitgan.data.sheet.clean import darkness_of
from digitgan.data.sheet.form import MARKER_SIZE, MARKERS, PAGE_SIZE, marker_corners
from digitgan.errors import InputError, import_extra
from digitgan.quiet import quiet
from digitgan.untrusted import as_input_errors, read_bytes

MAX_PAGES = 100
HELPFUL_PIXELS = 2**25  # four times as many as the page has
FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")  # some others run programs
ALLOWED = "a photograph, JPEG, PNG, TIFF, WebP, BMP, HEIC or PDF"
PDF_START, HEIF_START = b"%PDF-", b"ftyp"  # the latter after four bytes of length
MAX_MISFIT = MARKER_SIZE / 4  # pixels of the page that a marker may lie off
SHRINK = 8  # the light is judged on a smaller page
CLOSING = 9  # pixels there, 6 mm: wider than strokes, narrower than shadows


def flatten_pages(photo: Path) -> Iterator[np.ndarray]:
    """Find the form in a photograph or scan, lay it flat and even out the light.

    Each page is ``uint8 (3508, 2480)``: 0 paper, 255 where no light comes back.
    """
    for grey in _read_grey(photo):
        flat = _find_form(grey, photo)
        border = cv2.BORDER_REPLICATE
        page = cv2.warpPerspective(grey, flat, PAGE_SIZE, borderMode=border)
        yield darkness_of(page, SHRINK, CLOSING)


def _read_grey(photo: Path) -> Iterator[np.ndarray]:
    content = read_bytes("read", photo, limits.PHOTO)
    pages = _pdf_pages if content.startswith(PDF_START) else _pictures
    try:
        with as_input_errors("read", photo):
            for page in pages(content):
                with quiet():  # libtiff prints what it finds wrong
                    grey = _grey(page)
                yield grey
    except InputError as error:
        problem = error.problem
        if isinstance(error.__cause__, UnidentifiedImageError):
            problem = f"is no picture of a kind that is read ({photo.suffix[1:]!r})"
        raise InputError("read", photo, ALLOWED, problem) from error


def _pictures(content: bytes) -> Iterator[Image.Image]:
    formats = FORMATS
    if content[4:8] == HEIF_START:
        import_extra("pillow_heif", "read", "HEIC").register_heif_opener()
        formats = ("HEIF",)
    with Image.open(io.BytesIO(content), formats=formats) as picture:
        frames = ImageSequence.Iterator(picture) if picture.format == "TIFF" else ()
        for number, frame in enumerate(frames or [picture]):
            if frame.width * frame.height > HELPFUL_PIXELS:  # a JPEG decodes fewer
                frame.draft("L", (frame.width // 2, frame.height // 2))
            _check_size(frame.width * frame.height, number)
            yield frame


def _grey(picture: Image.Image) -> np.ndarray:
    """Return an upright picture in grey; of a large one few copies are made."""
    if picture.width * picture.height <= HELPFUL_PIXELS:
        return np.asarray(to_greyscale(ImageOps.exif_transpose(picture)))
    many_greys = picture.mode.startswith(("I", "F"))
    grey = to_greyscale(picture) if many_greys else picture.convert("L")
    small = grey.reduce(2)
    small.info["exif"] = picture.getexif().tobytes()
    return np.asarray(ImageOps.exif_transpose(small))


def _pdf_pages(content: bytes) -> Iterator[Image.Image]:
    with import_extra("pypdfium2", "read", "PDF").PdfDocument(content) as document:
        for number, page in enumerate(document):
            scale = max(PAGE_SIZE) / max(page.get_size())
            _check_size(int(np.prod(page.get_size()) * scale**2), number)
            yield page.render(scale=scale).to_pil()


def _check_size(pixels: int, number: int) -> None:
    if pixels > limits.PHOTO_PIXELS or number >= MAX_PAGES:
        raise ValueError(
            f"more than {limits.PHOTO_PIXELS:,} pixels or {MAX_PAGES} pages"
        )


def _find_form(grey: np.ndarray, photo: Path) -> np.ndarray:
    """Return the homography from a picture to the page, ``float (3, 3)``."""
    numbers, corners = _find_markers(grey)
    if len(numbers) > len(set(numbers)):
        problem = "shows more than one form"
        raise InputError("read", photo, "one form in each picture", problem)
    if len(numbers) < 4:
        problem = f"shows {len(numbers)} of the 4 corner markers of the form"
        allowed = "a sharp photograph of the whole page"
        raise InputError("read", photo, allowed, problem)
    source = np.concatenate(corners).reshape(-1, 1, 2)
    target = marker_corners()[numbers].reshape(-1, 2)
    flat, _ = cv2.findHomography(source, target)
    misfit = cv2.perspectiveTransform(source, flat).reshape(-1, 2) - target
    if np.abs(misfit).max() > MAX_MISFIT:
        problem = "shows markers that do not lie as those of one flat form"
        raise InputError("read", photo, "one form in each picture, flat", problem)
    return flat


def _find_markers(grey: np.ndarray) -> tuple[list[int], list[np.ndarray]]:
    """Return the number of each marker in sight and its corners ``float32 (4, 2)``.

    Of the form's own, those that cannot be read are looked for where the others say.
    """
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    by_place = cv2.aruco.RefineParameters(errorCorrectionRate=-1)
    dictionary = cv2.aruco.getPredefinedDictionary(MARKERS)
    detector = cv2.aruco.ArucoDetector(dictionary, settings, by_place)
    corners, numbers, others = detector.detectMarkers(grey)
    if numbers is None:
        return [], []
    flat = np.pad(marker_corners(), ((0, 0), (0, 0), (0, 1)))  # z is 0
    board = cv2.aruco.Board(list(flat), dictionary, np.arange(4))
    if len(set(numbers.ravel())) == len(numbers) < 4:
        corners, numbers, *_ = detector.refineDetectedMarkers(
            grey, board, corners, numbers, others
        )
    own = [i for i, number in enumerate(numbers.ravel()) if number < 4]
    return [int(numbers.ravel()[i]) for i in own], [corners[i][0] for i in own]
