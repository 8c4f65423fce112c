"""What is going on in a training, in plain sentences."""

from dataclasses import dataclass
from math import inf

from digitgan.training.variety import COLLAPSED_VARIETY

EVEN = 0.05  # between D(real) and D(fake): nobody is ahead
MIDDLE = 0.15  # as near to 0.5 as both must be to call it even
EARLY = 0.3  # epochs before variety means anything
# Each sentence holds for what is less than its number.
GAPS = {  # between D(real) and D(fake)
    -EVEN: "The generator is ahead: fakes look more real than real digits. {both}",
    EVEN: "The discriminator gives everything the same answer. {both}",
    0.25: "It is close: the discriminator has a slight edge. {both}",
    0.6: "The discriminator is ahead: it often spots a fake. {both}",
    0.95: "The discriminator is winning: it spots most fakes. {both}",
    inf: "The discriminator has all but won. {both} A generator that always loses gets "
    "little to learn from.",
}
IT_IS_EVEN = (
    "It is even: the discriminator can hardly tell them apart. {both} That is where a "
    "good game ends, but a weak discriminator says the same, so judge the digits with "
    "your own eyes."
)
IT_COMPARES = (
    "{both} This discriminator only compares: the gap between the two counts, not how "
    "near they are to a half."
)
NOBODY = (
    "Nobody is winning yet. The generator has never seen a digit; the discriminator "
    "has never judged one."
)
VARIETIES = {  # of the fakes, as a share of that of real digits
    COLLAPSED_VARIETY: "It has collapsed: the fakes are nearly all alike, with {share} "
    "of the variety of real digits.",
    0.65: "The fakes vary less than real digits ({share}). If this goes on falling, "
    "the generator is collapsing.",
    inf: "No collapse: the fakes vary {share} as much as real digits.",
}
TOO_EARLY = "It is too early to speak of variety ({share} of that of real digits)."
LOOKS: dict[float, str] = {  # by epoch
    1: "Watch the two curves: at first the discriminator pulls them apart, then the "
    "generator closes the gap.",
    3: "Look at the sheet: strokes come first, then loops that close. Odd shapes that "
    "are no digit get rarer with every epoch.",
    inf: "The curves hardly move any more, yet the digits still get better: slide back "
    "two sheets and compare.",
}
LOOK_BACK = (
    "Slide back to the first sheet and forth again: the random numbers are the same, "
    "only the generator has changed."
)
STATES = {
    "starting": "Starting: the real digits are loaded and both players are built. This "
    "takes up to a minute.",
    "learning": "Learning: {epochs} so far.{left}",
    "elsewhere": "Learning, begun elsewhere: {epochs} so far.{left}",
    "finishing": "{epochs} done. The digits are being judged, and everything is being "
    "written.",
    "pausing": "Pausing: it finishes its step and writes everything down.",
    "stopping": "Stopping: it finishes its step and writes everything down.",
    "paused": "Paused after {epochs}. Resume goes on exactly where it stopped.",
    "stopped": "Stopped after {epochs} ({spent} of training). It can go on exactly "
    "where it stopped.",
    "finished": "Finished: {epochs} in {spent}.",
    "failed": "The training failed: {error}",
}


@dataclass(frozen=True)
class Facts:
    """The state of a run."""

    state: str  # a key of STATES
    epoch: float = 0.0  # how far it is, a fraction
    seconds: float = 0.0  # of training so far
    seconds_left: float | None = None  # until the goal, where known
    d_real: float | None = None  # what the discriminator says of real digits, 0 to 1
    d_fake: float | None = None  # and of fakes
    variety: float | None = None  # of the fakes, as a share of that of real digits
    compares: bool = False  # whether the objective is relativistic
    error: str = ""  # why it failed
    guard: str = ""  # what the guard noted last


def narrate(facts: Facts) -> dict[str, str]:
    """Return sentences: ``now``, and where it is known who is ``winning`` and more."""
    left = facts.seconds_left
    sentences = {
        "now": STATES[facts.state].format(
            epochs=_counted(f"{facts.epoch:.1f}".removesuffix(".0"), "epoch"),
            spent=duration(facts.seconds),
            left="" if left is None else f" About {duration(left)} left.",
            error=facts.error,
        )
    }
    if facts.guard:
        sentences["guard"] = facts.guard[:1].upper() + facts.guard[1:]
    if facts.d_real is None or facts.d_fake is None:
        if facts.state in ("starting", "learning"):
            sentences["winning"] = NOBODY
        return sentences
    sentences["winning"] = _winning(facts.d_real, facts.d_fake, facts.compares)
    if facts.variety is not None:
        sentence = _below(VARIETIES, facts.variety)
        sentence = TOO_EARLY if facts.epoch < EARLY else sentence
        sentences["variety"] = sentence.format(share=_percent(facts.variety))
    finished = facts.state == "finished"
    sentences["look"] = LOOK_BACK if finished else _below(LOOKS, facts.epoch)
    return sentences


def _winning(real: float, fake: float, compares: bool) -> str:
    gap, distance = real - fake, max(abs(real - 0.5), abs(fake - 0.5))
    sentence = _below(GAPS, gap)
    if compares:
        sentence = IT_COMPARES
    elif -EVEN <= gap < EVEN and distance < MIDDLE:
        sentence = IT_IS_EVEN
    both = f"It gives real digits {_percent(real)} and fakes {_percent(fake)}."
    return sentence.format(both=both)


def _below(sentences: dict[float, str], value: float) -> str:
    return next(sentence for limit, sentence in sentences.items() if value < limit)


def duration(seconds: float) -> str:
    """Say a time as people do: seconds, minutes or hours."""
    if seconds < 90:
        return _counted(str(round(seconds)), "second")
    if seconds < 5400:
        return _counted(str(round(seconds / 60)), "minute")
    return f"{seconds / 3600:.1f} hours"


def _counted(count: str, what: str) -> str:
    return f"{count} {what}" if count == "1" else f"{count} {what}s"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
