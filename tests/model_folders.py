"""Model folders for tests: untrained, so that they are there at once."""

import numpy as np
import pytest


def make_model(folder, preset, classes):
    """Write an untrained model of a preset, told made-up styles; return the folder."""
    pytest.importorskip("keras")
    from digitgan.model.model_folder import save_model
    from digitgan.model.presets import PRESETS
    from digitgan.training.build import build_gan

    facts = {"preset": preset, "seed": 0, "classes": list(classes), "data": "nothing"}
    facts |= {"data_sha256": "", "command": "none", "epochs": 0.0, "seconds": 0.0}
    facts |= {"licence": "", "machine": "nothing"}
    settings = PRESETS[preset]
    rng = np.random.default_rng(0)
    known = {"label": np.arange(500, dtype="int32") % max(1, len(classes))}
    known |= {"thickness": rng.normal(2.5, 0.6, 500).astype("f4")}
    known |= {"slant": rng.normal(6, 14, 500).astype("f4")}
    told = {name: known[name] for name in settings.conditions}
    gan = build_gan(settings, told, 0)
    save_model(folder, gan, settings.image, told, facts)
    return folder
