"""What is released: wheel and source distribution, one version, a README that reads."""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

import digitgan
from digitgan.handwriting.model import SHIPPED

ROOT = Path(__file__).parent.parent
URL = "https://example.org/owner/digitgan"
LARGE = "digitgan/pretrained/gan.keras"


def build(out, monkeypatch, url=None):
    if url:
        monkeypatch.setenv("DIGITGAN_URL", url)
    else:
        monkeypatch.delenv("DIGITGAN_URL", raising=False)
    command = [sys.executable, "-m", "build", "--no-isolation", "-o", str(out), ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, sdist


@pytest.mark.process
def test_a_release_is_small_and_knows_its_repository(tmp_path, monkeypatch):
    wheel, sdist = build(tmp_path, monkeypatch, URL)
    assert wheel.name == f"digitgan-{digitgan.__version__}-py3-none-any.whl"
    assert wheel.stat().st_size < 3_000_000
    with zipfile.ZipFile(wheel) as archive:
        names = {n for n in archive.namelist() if ".dist-info" not in n}
        (path,) = (n for n in archive.namelist() if n.endswith("METADATA"))
        metadata = message_from_bytes(archive.read(path))
    in_package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "digitgan").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert in_package - names == {LARGE} and not names - in_package
    assert f"Repository, {URL}" in metadata.get_all("Project-URL")
    readme = metadata.get_payload()
    targets = re.findall(r"\]\(([^)]+)\)", readme)
    assert targets and all(t.startswith(("https://", "#")) for t in targets)
    assert f"({URL}/raw/main/docs/images/" in readme
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("tests/conftest.py", "docs/datasets.md", "main.py", LARGE):
        assert needed in names
    tests = {f"tests/{path.name}" for path in (ROOT / "tests").glob("*.py")}
    assert tests <= names


@pytest.mark.process
def test_without_a_repository_the_wheel_is_whole(tmp_path, monkeypatch):
    wheel, _ = build(tmp_path, monkeypatch)
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(LARGE) == (ROOT / LARGE).read_bytes()
        (path,) = (n for n in archive.namelist() if n.endswith("METADATA"))
        readme = message_from_bytes(archive.read(path)).get_payload()
    assert not re.findall(r"\]\((?!https:|#)", readme) and "![" not in readme


def test_the_file_that_a_release_leaves_out_is_fetched_once(tmp_path, monkeypatch):
    pytest.importorskip("keras")
    from digitgan.training import gan_file

    asked, model = [], digitgan.load()

    def download(address):
        asked.append(address)
        return (SHIPPED / "gan.keras").read_bytes()

    empty = tmp_path / "pretrained"
    empty.mkdir()
    monkeypatch.setattr(gan_file, "SHIPPED", empty)
    monkeypatch.setattr(model, "folder", empty)
    monkeypatch.setattr(gan_file, "cache_folder", lambda: tmp_path / "cache")
    with pytest.raises(digitgan.InputError, match="installed without its gan.keras"):
        gan_file.gan_file(model)
    address = f"{URL}/releases/download/v1/gan.keras"
    monkeypatch.setattr(gan_file, "release_file", lambda *_: address)
    monkeypatch.setattr(gan_file, "download", download)
    first, again = gan_file.gan_file(model), gan_file.gan_file(model)
    assert first == again and asked == [address]
    assert first.read_bytes() == (SHIPPED / "gan.keras").read_bytes()
    first.unlink()
    monkeypatch.setattr(gan_file, "download", lambda address: b"another")
    with pytest.raises(digitgan.InputError, match="has not the gan.keras"):
        gan_file.gan_file(model)


def test_the_command_says_its_version(capsys):
    from digitgan.cli import main

    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert not left.value.code
    assert capsys.readouterr().out == f"digitgan {digitgan.__version__}\n"


@pytest.mark.process
def test_editors_and_type_checkers_know_nearly_every_public_name():
    command = ["pyright", "--verifytypes", "digitgan", "--ignoreexternal"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *command, "--outputjson"],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    report = json.loads(done.stdout)["typeCompleteness"]
    unknown = [
        symbol["name"]
        for symbol in report["symbols"]
        if symbol["isExported"] and not symbol["isTypeKnown"]
    ]
    assert len(report["symbols"]) > 2_000
    assert report["completenessScore"] >= 0.95, unknown
