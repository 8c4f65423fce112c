"""Ready-made settings: a game each, described before the first digit is seen."""

from dataclasses import dataclass, replace

from digitgan.data.images import DIGITS, TRIPLETS, ImageSpec
from digitgan.data.mnist_antialiasing import SIDE_NAME
from digitgan.data.mnist_preprocessing import DIGIT_LENGTH
from digitgan.errors import InputError


@dataclass(frozen=True)
class Preset:
    """Everything that describes a game before the first digit is seen."""

    summary: str  # one line for people
    data: str = "mnist"  # what is learned from when nothing else is asked for
    image: ImageSpec = DIGITS
    box: bool = False  # the players see and draw the 20 x 20 box of digits of MNIST
    bitmap: bool = False  # the generator ends in a bitmap that is scaled down to a box
    conditions: tuple[str, ...] = ()  # of both players: label, thickness, slant
    # Whether the label is no input of the generator but chosen by the first number of
    # z, and shown to the discriminator alone:
    latent_label: bool = False
    latent_dim: int = 100  # length of the latent vector z
    # Channels at a quarter, at half and perhaps at all of the size:
    generator_widths: tuple[int, ...] = (128, 64)
    discriminator_widths: tuple[int, ...] = (32, 64)  # perhaps at all, half, a quarter
    # Whether conditions scale and shift what the generator normalises:
    conditional_norm: bool = False
    residual: bool = False  # a residual convolution in the generator, at half the size
    # Of tanh, before it is cut to [-1, 1]: above 1, paper and full ink are exact:
    overshoot: float = 1.0
    dropout: float = 0.3  # share of the discriminator's channels, in [0, 1)
    objective: str = "cross_entropy"  # in digitgan.model.losses.OBJECTIVES
    penalty: float = 0.1  # gamma of R1 and R2, each gamma / 2 of the squared gradient
    # Of the difference that estimates it, in deviations of noise on values of [-1, 1]:
    penalty_step: float = 0.05
    penalty_every: int = 1  # one in so many images is penalised
    precision: str = "float32"  # of layers, not weights: or ``mixed_bfloat16``
    match_means: bool = False  # whether classes' means are moved when training is over
    scale_latents: bool = False  # whether a scale is chosen then
    ema_decay: float = 0.995  # how much of the weight average a step keeps, in [0, 1)
    learning_rate: float = 2e-3  # of Adam, for both players
    # Share of it that is left, along half a cosine, where ``epochs`` put the end; a
    # time limit does not move it:
    final_lr_fraction: float = 1.0
    batch_size: int = 64  # real digits in a step; as many fakes are drawn
    epochs: int = 6  # over 60,000 digits, or as many steps over fewer

    @property
    def measured_conditions(self) -> tuple[str, ...]:
        """What the discriminator is told of every image, measured in the real ones."""
        return (*self.conditions, SIDE_NAME) if self.bitmap else self.conditions

    @property
    def network_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of what the players see and draw."""
        if self.box:
            return DIGIT_LENGTH, DIGIT_LENGTH, self.image.channels
        return self.image.height, self.image.width, self.image.channels


CLASSIC = Preset(
    "the classic with labels: you choose the digit",
    box=True,
    conditions=("label",),
    residual=True,
    overshoot=1.1,
    dropout=0.1,
    precision="mixed_bfloat16",
    ema_decay=0.998,
    final_lr_fraction=0.03,
    epochs=10,
)

RELATIVISTIC = Preset(
    "the flagship's game for what is no digit: you choose the class",
    conditions=("label",),
    latent_dim=64,
    residual=True,
    dropout=0.0,
    objective="relativistic",
    precision="mixed_bfloat16",
    final_lr_fraction=0.05,
    ema_decay=0.999,
    epochs=60,
)

# What a run of each takes and how it scores is written by `python docs/figures.py` into
# docs/how-a-gan-learns.md and by `python benchmarks/peers.py` into docs/scorecard.md.
PRESETS = {
    # python3 main.py
    "dcgan": replace(
        CLASSIC,
        summary="the classic: any digit, from 100 random numbers",
        latent_label=True,
    ),
    # python3 main.py textbook
    "textbook": replace(
        CLASSIC,
        summary="the classic without what helps it: see the two players wobble",
        conditions=(),
        penalty=0.0,
        final_lr_fraction=1.0,
    ),
    # python3 main.py conditional
    "conditional": CLASSIC,
    # python3 main.py flagship
    "flagship": replace(
        RELATIVISTIC,
        summary="digit, stroke thickness and slant; trained longer",
        box=True,
        bitmap=True,
        conditions=("label", "thickness", "slant"),
        generator_widths=(128, 64, 32),
        overshoot=1.1,  # of what has no bitmap, as it does not lie in the box
        match_means=True,
        scale_latents=True,
        final_lr_fraction=0.02,
        epochs=80,
    ),
    # python3 main.py pictures --data fashion-mnist
    "pictures": replace(
        RELATIVISTIC,
        latent_dim=128,
        generator_widths=(192, 96, 32),
        discriminator_widths=(32, 64, 128),
        conditional_norm=True,
        penalty=0.05,
        penalty_step=0.01,
        penalty_every=4,
        match_means=True,
        scale_latents=True,
        ema_decay=0.9997,
        learning_rate=1.4e-3,
        batch_size=32,
        epochs=25,
    ),
    # python3 main.py stacked
    "stacked": replace(
        RELATIVISTIC,
        summary="three digits in three channels: does it find all 1,000 kinds?",
        data="stacked-mnist",
        image=TRIPLETS,
        conditions=(),
        latent_dim=100,
        ema_decay=0.9995,
        batch_size=128,
        epochs=60,
    ),
    # python3 main.py tiny
    "tiny": Preset(
        "seconds, for tests and first looks",
        conditions=("label",),
        latent_dim=16,
        generator_widths=(16, 8),
        discriminator_widths=(8, 16),
        ema_decay=0.99,
        epochs=1,
    ),
}


def find_preset(name: str) -> Preset:
    """Return the preset of that name; an :class:`InputError` offers the nearest."""
    if name not in PRESETS:
        raise InputError.unknown("preset", name, PRESETS)
    return PRESETS[name]


def check(preset: Preset) -> None:
    """Refuse, by an :class:`InputError`, the first setting that is out of range."""
    maxima = {"latent_dim": 4096, "epochs": 100_000}
    maxima |= dict.fromkeys(("batch_size", "penalty_every"), 65536)
    for name, maximum in maxima.items():
        if not 1 <= getattr(preset, name) <= maximum:
            raise InputError(name, getattr(preset, name), f"1 to {maximum}")
    for name in ("learning_rate", "penalty_step"):
        if not 0 < getattr(preset, name) <= 1:
            raise InputError(name, getattr(preset, name), "above 0, up to 1")
    if not 0 <= preset.penalty <= 1000:
        raise InputError("penalty", preset.penalty, "0 to 1000")
    _check_players(preset)


def _check_players(preset: Preset) -> None:
    if preset.box and preset.image not in (DIGITS, TRIPLETS):
        raise InputError("box", preset.box, f"images of {DIGITS} or {TRIPLETS}")
    if preset.bitmap and not (preset.box and "thickness" in preset.conditions):
        allowed = "a box and the condition thickness"
        raise InputError("bitmap", preset.bitmap, allowed)
    if preset.conditional_norm and not preset.conditions:
        raise InputError("conditional_norm", True, "conditions, or False")
    for name in ("generator_widths", "discriminator_widths"):
        if len(getattr(preset, name)) not in (2, 3):
            raise InputError(name, getattr(preset, name), "two or three numbers")
    for name in ("match_means", "scale_latents"):
        if getattr(preset, name) and preset.conditions[:1] != ("label",):
            raise InputError(name, True, "conditions with a label")
    if preset.latent_label and preset.conditions != ("label",):
        allowed = "conditions ('label',) alone"
        raise InputError("latent_label", preset.latent_label, allowed)
