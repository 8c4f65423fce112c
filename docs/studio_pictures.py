"""Photograph the studio of ``digitgan serve`` for the documentation.

    digitgan train conditional --minutes 4 --out runs/conditional
    digitgan serve &
    python docs/studio_pictures.py http://127.0.0.1:8000/

Needs playwright and Chromium. Writes docs/images/studio-*.png.
"""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
COLOURS = 256  # of each picture
DESK = {"viewport": {"width": 1180, "height": 880}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
PHONE |= {"is_mobile": True, "has_touch": True}
WRITE, EXPLORE = "body[data-shown]", "body[data-shown][data-compared]"
LEARN = "body[data-epoch] #sheet-picture:not([hidden])"
SHOTS = {  # name: address, what to wait for, size, scheme
    "light": ("?text=12/05/2026&seed=9", WRITE, DESK, "light"),
    "dark": ("?text=2026&seed=12&lines=ruled&thickness=2.2", WRITE, DESK, "dark"),
    "form": ("?text=555-0199&seed=21&lines=boxes&noise=0.4", WRITE, DESK, "light"),
    "phone": ("?text=412.75%0A96.05&seed=9&lines=grid", WRITE, PHONE, "dark"),
    "phone-light": ("?text=2026&seed=3&rerolls=0,0,1,0", WRITE, PHONE, "light"),
    "explore": ("explore?digit=2&seed=9&x=11&y=10", EXPLORE, DESK, "light"),
    "explore-dark": ("explore?digit=8&seed=21&x=2&y=3", EXPLORE, DESK, "dark"),
    "explore-phone": ("explore?digit=5&seed=14", EXPLORE, PHONE, "light"),
    "explore-phone-dark": ("explore?digit=3&seed=9&y=1", EXPLORE, PHONE, "dark"),
    "learn": ("learn?run=conditional", LEARN, DESK, "light"),
    "learn-phone-dark": ("learn?run=conditional", LEARN, PHONE, "dark"),
}


def main(address: str) -> None:
    """Open the studio once for each picture."""
    rooted = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=shutil.which("chromium"), args=rooted
        )
        for name, (path, ready, size, scheme) in SHOTS.items():
            page = browser.new_page(**size, color_scheme=scheme)
            page.goto(f"{address}{path}")
            page.wait_for_selector(ready)
            if "boxes" in path:
                page.get_by_label("Show where each character is").check()
            page.wait_for_timeout(2_000)  # the ink has run, every hand is drawn
            _keep(name, page.screenshot(full_page=size is DESK))
            page.close()
        browser.close()


def _keep(name: str, png: bytes) -> None:
    """Write a picture with few colours, which these pages have."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(IMAGES / f"studio-{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
