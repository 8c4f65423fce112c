"""What draws in an exported page: how much of it there is, and how soon it answers.

python benchmarks/web.py [--rounds 40]

In Chromium, from a file server on this machine: the page's own forward pass by
WebAssembly and by JavaScript, and onnxruntime-web from its npm package.
"""

import argparse
import base64
import functools
import gzip
import http.server
import io
import json
import os
import shutil
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright
from record import publish, spread

import digitgan
from digitgan.exporters import export

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OWN = [f"worker/{n}.js" for n in ("onnx_session", "onnx_file", "matmul", "numpy")]
NO_CODE = ("model/", "gan/digits/", "digitgan.html")
RUNTIME = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs"]
RUNTIME += ["ort-wasm-simd-threaded.wasm"]
CALL = "([name, args]) => import('./bench.mjs').then((bench) => bench[name](...args))"


class Files(http.server.SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(folder: Path):
    """Serve files; yield where."""
    handler = functools.partial(Files, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def add_runtime(site: Path) -> str:
    """Put onnxruntime-web beside a site; return its version."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["npm", "install", "--silent", "--prefix", folder, "onnxruntime-web"]
        subprocess.run(words, check=True)
        package = Path(folder) / "node_modules" / "onnxruntime-web"
        (site / "runtime").mkdir()
        for name in RUNTIME:
            shutil.copy(package / "dist" / name, site / "runtime")
        return json.loads((package / "package.json").read_text())["version"]


def weight(site: Path, names: list[str]) -> str:
    """Say how many bytes files have, and how many gzip leaves of them."""
    texts = [(site / name).read_bytes() for name in names]
    zipped = sum(len(gzip.compress(text)) for text in texts)
    return f"{sum(map(len, texts)) / 1e3:,.0f} ({zipped / 1e3:,.0f})"


def agreement(site: Path, texts: int) -> str:
    """Write texts by node and by Python; say how often the pictures are the same."""
    rng = np.random.default_rng(0)
    states = [
        {"text": f"{rng.integers(10_000):04}", "seed": int(rng.integers(2**50))}
        for _ in range(texts)
    ]
    script = Path(__file__).parent.parent / "tests" / "in_node.mjs"
    questions = [{"method": "write", "state": one, "height": 120} for one in states]
    done = subprocess.run(
        ["node", "--no-warnings", script, site],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
    )
    model, same, near = digitgan.load(), 0, 0
    for state, answer in zip(states, json.loads(done.stdout), strict=True):
        page = Image.open(io.BytesIO(base64.b64decode(answer["png"])))
        error = np.subtract(page, model.write(height=120, **state).image, dtype=int)
        same, near = same + (not error.any()), near + (np.abs(error).max() <= 1)
    return f"{same}, {near} of {texts}"


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--texts", type=int, default=300)
    options = parser.parse_args()
    rooted = ["--no-sandbox"] if os.geteuid() == 0 else []
    times = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        site = export("flagship", "web", Path(folder) / "site")
        whole = sorted(str(p.relative_to(site)) for p in site.rglob("*") if p.is_file())
        total, pictures = weight(site, whole), agreement(site, options.texts)
        code = [name for name in whole if not name.startswith(NO_CODE)]
        code_weight = weight(site, code)
        version = add_runtime(site)
        shutil.copy(Path(__file__).with_suffix(".mjs"), site / "bench.mjs")
        sizes = {
            "wasm": weight(site, OWN),
            "plain": weight(site, OWN),
            "runtime": weight(site, [f"runtime/{name}" for name in RUNTIME]),
        }
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=rooted)
        with served(site) as address:
            for which in sizes:
                page = browser.new_page(bypass_csp=True)  # which is made for ours
                page.goto(address)
                times[which] = page.evaluate(CALL, ["draw", [which, options.rounds]])
                page.close()
            page = browser.new_page()
            page.goto(address)
            slide = page.evaluate(CALL, ["slide", [options.rounds]])
        browser.close()
    names = {
        "wasm": "ours, WebAssembly",
        "plain": "ours, JavaScript alone",
        "runtime": f"onnxruntime-web {version}, one thread",
    }
    heads = ["what draws", "code, KB (zipped)", "first digits, ms", "4 digits, ms"]
    lines = [f"| {' | '.join([*heads, '144 digits, ms'])} |", "| --- " * 5 + "|"]
    for which, of in times.items():
        cells = [names[which], sizes[which], f"{of['first']:,.0f}"]
        cells += [spread(of["few"], 1), spread(of["many"], 0)]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        f"The whole site: {len(whole)} files, {total} KB; without the model, real "
        f"digits and the single file that holds all of it, {code_weight}. From a "
        f"slider to the picture of `2026`, 120 pixels high: {spread(slide, 0)} ms. "
        "Numbers of four digits "
        f"that are Python's to the last grey level, and to one: {pictures}.",
    ]
    result = {"times": times, "slide": slide, "onnxruntime-web": version}
    publish("web", "docs/export.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
