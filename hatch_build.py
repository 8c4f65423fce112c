"""What a package knows only when it is built: where its repository is.

DIGITGAN_URL says so, as ``https://host/owner/digitgan``; the workflow of a release
sets it. Then an index shows links, pictures and the project's addresses, and the wheel
leaves out ``gan.keras``, which ``digitgan adapt`` fetches from the release when it is
wanted. Without it nothing points anywhere, and the wheel is whole.
"""

import os
import re
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

REPOSITORY = os.environ.get("DIGITGAN_URL", "").rstrip("/")
LARGE = "digitgan/pretrained/gan.keras"  # excluded in pyproject.toml
LINK = re.compile(r"(!?)\[((?:[^][]|\[[^]]*\])*)\]\((?!https?:|#)([^)]+)\)")


class MetadataHook(MetadataHookInterface):
    """The project's addresses, and a README that reads right without its folder."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict) -> None:
        """Set what pyproject.toml calls dynamic."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = LINK.sub(self._absolute, text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = {}
        if REPOSITORY:
            metadata["urls"] = {
                "Repository": REPOSITORY,
                "Changelog": f"{REPOSITORY}/blob/main/CHANGELOG.md",
                "Issues": f"{REPOSITORY}/issues",
            }

    def _absolute(self, link: re.Match) -> str:
        """Return a link that leads to the repository; without one, its words alone."""
        picture, words, target = link.groups()
        if not REPOSITORY:
            return "" if picture else words
        place = "raw" if picture else "blob"
        return f"{picture}[{words}]({REPOSITORY}/{place}/main/{target})"


class BuildHook(BuildHookInterface):
    """The wheel's largest file, unless a release has it to be fetched from."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        """Put it in; an editable installation reads it where it lies."""
        if self.target_name == "wheel" and version == "standard" and not REPOSITORY:
            build_data["force_include"][str(Path(self.root, LARGE))] = LARGE
