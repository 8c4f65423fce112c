"""Where downloads and what is measured once are kept."""

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Return the folder of the cache: DIGITGAN_CACHE, or the system's place for it."""
    chosen = os.environ.get("DIGITGAN_CACHE")
    return Path(chosen or platformdirs.user_cache_dir("digitgan", appauthor=False))
