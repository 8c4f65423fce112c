"""Learn in the visitor's tab against Keras, both on one core, A B A B.

    python benchmarks/in_page_training.py [--rounds 5]

The page trains in Chromium, served as files. Keras plays the same game with the same
dense players (digitgan/serving/page/gan/), and then that of the preset ``tiny``, whose
players convolve, which is too slow for a page.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
CORE = max(os.sched_getaffinity(0))
os.sched_setaffinity(0, {CORE})  # before anything starts threads or processes

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from record import publish, spread  # noqa: E402
from web import CHROMIUM, served  # noqa: E402

from digitgan.data.load import load_dataset  # noqa: E402
from digitgan.data.mnist_preprocessing import crop_to_box  # noqa: E402
from digitgan.exporters import export  # noqa: E402
from digitgan.model.gan import GAN  # noqa: E402
from digitgan.model.presets import PRESETS  # noqa: E402
from digitgan.training.batches import Batches  # noqa: E402
from digitgan.training.build import adam, build_gan  # noqa: E402
from digitgan.training.input_pipeline import input_pipeline  # noqa: E402

BATCH, SIDE, CLASSES, LATENTS = 64, 20, 10, 32
WARM, DIGITS = 6_400, 32_000  # real ones: until all is compiled, and of a round
LEARN = f"learn_here.html?pauseAfter={WARM + DIGITS}"
WATCH = """async ([warm, end]) => {
  const seen = () => Number(document.body.dataset.digits ?? 0);
  const reach = async (digits) => {
    while (seen() < digits) await new Promise((done) => setTimeout(done, 20));
    return [seen(), performance.now()];
  };
  const [first, began] = await reach(warm);
  const [last, ended] = await reach(end);
  return (1000 * (last - first)) / (ended - began);
}"""


def in_page(browser: Browser, address: str) -> float:
    """Return the real digits a second of a new page, once it is warm."""
    page = browser.new_page()
    page.goto(address + LEARN)
    page.wait_for_selector("body[data-state]", timeout=120_000)
    rate = page.evaluate(WATCH, [WARM, WARM + DIGITS])
    page.close()
    return rate


def dense(x, *widths: int, norm: bool):
    """Return hidden layers as the page has them."""
    for width in widths:
        x = layers.Dense(width, use_bias=not norm)(x)
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x) if norm else x)
    return x


def dense_gan() -> GAN:
    """Return the game of the page: players.js, losses.js and training_step.js."""
    latents = keras.Input((LATENTS,), name="latents")
    label = keras.Input((), dtype="int32", name="label")
    wanted = layers.CategoryEncoding(CLASSES, output_mode="one_hot")(label)
    x = dense(layers.Concatenate()([latents, wanted]), 128, 256, norm=True)
    x = layers.Reshape((SIDE, SIDE, 1))(layers.Dense(SIDE**2, "tanh")(x))
    generator = keras.Model([latents, label], x)
    image = keras.Input((SIDE, SIDE, 1), name="image")
    features = dense(layers.Flatten()(image), 256, 128, norm=False)
    of_class = layers.Embedding(CLASSES, 128, "zeros")(label)
    by_class = layers.Dot(1)([features, of_class])
    logit = layers.Add(name="logit")([layers.Dense(1)(features), by_class])
    real = layers.Activation("sigmoid")(logit)
    discriminator = keras.Model([image, label], real)
    gan = GAN(generator, discriminator, penalty=0.1, ema_decay=0.99, boxed=True)
    gan.compile(optimizer=adam(0.002))
    return gan


def by_keras(gan: GAN, images: np.ndarray, labels: np.ndarray) -> Callable[[], float]:
    """Return what trains for a round and returns the real digits a second."""
    batches = Batches(images, {"label": labels}, BATCH, seed=0)
    pipeline = input_pipeline(gan, batches)

    def run() -> float:
        began = time.perf_counter()
        gan.fit(pipeline, verbose=0, shuffle=False)  # type: ignore
        return len(batches) * BATCH / (time.perf_counter() - began)

    run()  # compiles
    return run


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    some = load_dataset("mnist").train[:DIGITS]
    labels = np.asarray(some.labels)
    tiny = build_gan(PRESETS["tiny"], {"label": labels}, seed=0)
    rooted = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        site = export("flagship", "web", Path(folder) / "site")
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=rooted)
        with served(site) as address:
            kinds = {
                "page": lambda: in_page(browser, address),
                "keras": by_keras(dense_gan(), crop_to_box(some.images), labels),
                "tiny": by_keras(tiny, some.images, labels),
            }
            rates = {name: [] for name in kinds}
            for _ in range(rounds):
                for name, run in kinds.items():
                    rates[name].append(run())
        browser.close()
    pairs = zip(rates["page"], rates["keras"], strict=True)
    table = f"""
| trained on one core, batches of {BATCH} | real digits/s |
| --- | --- |
| the page: dense players, jax-js, WebAssembly | {spread(rates["page"], 0)} |
| Keras on TensorFlow: the same players, the same game | {spread(rates["keras"], 0)} |
| the page over Keras, round by round | {spread([a / b for a, b in pairs])} |
| Keras on TensorFlow: preset `tiny`, which convolves | {spread(rates["tiny"], 0)} |
"""
    publish("in_page_training", "docs/pages.md", {"rates": rates}, table)


if __name__ == "__main__":
    main()
