"""A client that is generated from the description works for every form."""

import importlib
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("uvicorn")
from live_server import live_server  # noqa: E402

from digitgan.handwriting.model import load  # noqa: E402
from digitgan.serving.app import create_app  # noqa: E402
from digitgan.serving.encoders import MEDIA_TYPES  # noqa: E402

FILES = {*MEDIA_TYPES.values(), "image/gif"} - {"application/json"}
CONFIG = {"content_type_overrides": dict.fromkeys(FILES, "application/octet-stream")}


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """Return a function that calls an operation of a generated client."""
    folder = tmp_path_factory.mktemp("client")
    description = create_app(load(threads=1)).openapi()
    (folder / "openapi.json").write_text(json.dumps(description))
    (folder / "config.yaml").write_text(json.dumps(CONFIG))
    program = Path(sys.executable).with_name("openapi-python-client")
    words = ["generate", "--path", "openapi.json", "--config", "config.yaml"]
    words += ["--meta", "none", "--output-path", "digits_client", "--fail-on-warning"]
    done = subprocess.run([program, *words], cwd=folder, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch, live_server() as port:
        patch.syspath_prepend(folder)
        client = importlib.import_module("digits_client").Client(
            f"http://127.0.0.1:{port}", raise_on_unexpected_status=True
        )

        def call(operation, **fields):
            module = importlib.import_module(f"digits_client.api.default.{operation}")
            if operation.startswith("post"):
                models = importlib.import_module("digits_client.models")
                model = models.Walk if "gif" in operation else models.Numbers
                fields = {"body": model(**fields)}
            return module.sync(client=client, **fields)

        yield call


@pytest.mark.process
@pytest.mark.parametrize("method", ["get", "post"])
def test_numbers_in_every_form(api, method):
    fields = {"text": "2026", "seed": 7, "spacing": [0, 12]}
    fields |= {"blend": [8, 0.5], "rerolls": [0, 0, 2, 0], "lines": None}
    forms = {form: api(f"{method}_numbers_{form}", **fields) for form in MEDIA_TYPES}
    written = forms.pop("json")
    assert written.labels == list("2026") and written.style["thickness"]
    forms = {form: answer.payload.read() for form, answer in forms.items()}
    arrays = np.load(io.BytesIO(forms["npz"]))
    assert np.array_equal(Image.open(io.BytesIO(forms["png"])), arrays["image"])
    assert forms["svg"].decode() == written.svg and forms["pdf"][:5] == b"%PDF-"
    film = api(f"{method}_numbers_gif", text="7", toward=8, frames=2).payload
    assert Image.open(film).n_frames == 2


@pytest.mark.process
def test_digits_planes_and_what_is_refused(api):
    fields = {"labels": [2, 0], "seed": 7}
    arrays = np.load(api("get_digits_npz", **fields).payload)
    assert arrays["x"].tolist() == api("get_digits_json", **fields).x
    assert Image.open(api("get_plane_png", digit=3, seed=7).payload).size
    refused = api("get_numbers_png", text="7", slant=99)
    assert refused.field == "slant" and refused.status == 400
