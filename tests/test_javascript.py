"""The pages' JavaScript is checked as TypeScript checks it; it needs no build."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from digitgan.exporters import export
from digitgan.exporters.javascript import constants_module
from digitgan.exporters.web import STUDIO

CHECKS = Path(__file__).parent / "javascript"
TSC = CHECKS / "node_modules" / "typescript" / "bin" / "tsc"
JAX_JS = CHECKS / "node_modules" / "@jax-js" / "jax" / "dist"
GAN = STUDIO / "gan"  # what trains in the page


def install():
    """Install what checks, where it is not."""
    if not (TSC.exists() and JAX_JS.exists()):
        subprocess.run(["npm", "ci", "--silent"], cwd=CHECKS, check=True, timeout=300)


@pytest.mark.browser
def test_the_copied_library_is_that_of_its_package():
    install()
    copied = [path for path in (GAN / "jax-js").iterdir() if path.suffix == ".js"]
    assert len(copied) == 4
    for path in copied:
        assert path.read_bytes() == (JAX_JS / path.name).read_bytes(), path.name


@pytest.mark.browser
def test_typescript_finds_no_error(tmp_path, node):
    """Both the studio's files and those of the page without a server."""
    install()
    export("flagship", "web", tmp_path / "site")
    shutil.copytree(STUDIO, tmp_path / "studio")
    (tmp_path / "studio" / "constants.js").write_text(constants_module())
    for page in ("site", "studio"):  # the types of a library, beside its code
        shutil.copy(JAX_JS / "index.d.ts", tmp_path / page / "gan" / "jax-js")
    options = {"extends": str(CHECKS / "tsconfig.json"), "include": ["**/*.js"]}
    options |= {"exclude": ["**/jax-js"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(options))
    done = subprocess.run(
        [node, TSC, "--project", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
