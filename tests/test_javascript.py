"""The pages' JavaScript is checked as TypeScript checks it; it needs no build."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from digitgan.export import export
from digitgan.export.javascript import constants_module
from digitgan.export.web import STUDIO

CHECKS = Path(__file__).parent / "javascript"
TSC = CHECKS / "node_modules" / "typescript" / "bin" / "tsc"


@pytest.mark.browser
def test_typescript_finds_no_error(tmp_path, node):
    """Both the studio's files and those of the page without a server."""
    if not TSC.exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=CHECKS, check=True, timeout=300)
    export("flagship", "web", tmp_path / "site")
    shutil.copytree(STUDIO, tmp_path / "studio")
    (tmp_path / "studio" / "constants.js").write_text(constants_module())
    options = {"extends": str(CHECKS / "tsconfig.json"), "include": ["**/*.js"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(options))
    done = subprocess.run(
        [node, TSC, "--project", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
