"""Photograph the page of ``digitgan serve`` for the documentation.

    digitgan serve &
    python docs/studio_pictures.py http://127.0.0.1:8000/

Needs playwright and Chromium. Writes docs/images/studio-*.png.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
DESK = {"viewport": {"width": 1180, "height": 880}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
PHONE |= {"is_mobile": True, "has_touch": True}
SHOTS = {
    "studio-light": ("text=12/05/2026&seed=9", DESK, "light"),
    "studio-dark": ("text=2026&seed=12&lines=ruled&thickness=2.2", DESK, "dark"),
    "studio-form": ("text=(030) 555-0199&seed=8&lines=boxes&noise=0.4", DESK, "light"),
    "studio-phone": ("text=412.75%0A96.05&seed=9&lines=grid", PHONE, "dark"),
}


def main(address: str) -> None:
    """Open the page once for each picture."""
    rooted = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=shutil.which("chromium"), args=rooted
        )
        for name, (query, size, scheme) in SHOTS.items():
            page = browser.new_page(**size, color_scheme=scheme)
            page.goto(f"{address}?{query}")
            page.wait_for_selector("body[data-shown]")
            if "boxes" in query:
                page.get_by_label("Show where each character is").check()
            page.wait_for_timeout(1_000)  # the ink has run
            page.screenshot(path=IMAGES / f"{name}.png", full_page=size is DESK)
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
