"""What is going on in a training, in plain sentences."""

from dataclasses import dataclass

from digitgan.training.variety import COLLAPSED_VARIETY

EVEN, CLOSE, CLEAR, OVER = 0.05, 0.25, 0.6, 0.95  # between D(real) and D(fake)
MIDDLE = 0.15  # as near to 0.5 as both must be to call it even
POOR_VARIETY = 0.65  # of that of real digits
EARLY = 0.3  # epochs before variety means anything


@dataclass(frozen=True)
class Facts:
    """The state of a run.

    Attributes:
        state: ``starting``, ``learning``, ``finishing``, ``pausing``, ``stopping``,
            ``paused``, ``stopped``, ``finished`` or ``failed``; ``elsewhere`` where
            a process of somebody else learns.
        epoch: How far it is, a fraction.
        seconds: Of training so far.
        seconds_left: Until the goal, or None where unknown.
        d_real: What the discriminator says of real digits, 0 to 1, or None.
        d_fake: What it says of fakes.
        variety: Of the fakes, as a share of that of real digits, or None.
        compares: Whether the discriminator only compares (relativistic objective).
        error: Why it failed.
        guard: What the guard noted last.
    """

    state: str
    epoch: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    d_real: float | None = None
    d_fake: float | None = None
    variety: float | None = None
    compares: bool = False
    error: str = ""
    guard: str = ""


def tell(facts: Facts) -> dict[str, str]:
    """Return sentences for people.

    Returns:
        ``now``, what happens; and once there is something to say ``guard``, what it
        noted last, ``winning``, who is ahead, ``variety``, whether the generator has
        collapsed, and ``look``, what to look at.
    """
    sentences = {"now": _now(facts)}
    if facts.guard:
        sentences["guard"] = facts.guard[:1].upper() + facts.guard[1:]
    if facts.d_real is None or facts.d_fake is None:
        if facts.state in ("starting", "learning"):
            sentences["winning"] = (
                "Nobody is winning yet. The generator has never seen a digit; the "
                "discriminator has never judged one."
            )
        return sentences
    sentences["winning"] = _winning(facts.d_real, facts.d_fake, facts.compares)
    if facts.variety is not None:
        sentences["variety"] = _variety(facts.variety, facts.epoch)
    sentences["look"] = _look(facts)
    return sentences


def _now(facts: Facts) -> str:
    epochs, spent = _epochs(facts.epoch), duration(facts.seconds)
    left = facts.seconds_left
    rest = "" if left is None else f" About {duration(left)} left."
    return {
        "starting": "Starting: the real digits are loaded and both players are built. "
        "This takes up to a minute.",
        "learning": f"Learning: {epochs} so far.{rest}",
        "elsewhere": f"Learning, begun elsewhere: {epochs} so far.{rest}",
        "finishing": f"{epochs} done. The digits are being judged, and everything "
        "is being written.",
        "pausing": "Pausing: it finishes its step and writes everything down.",
        "stopping": "Stopping: it finishes its step and writes everything down.",
        "paused": f"Paused after {epochs}. Resume goes on exactly where it stopped.",
        "stopped": f"Stopped after {epochs} ({spent} of training). It can go on "
        "exactly where it stopped.",
        "finished": f"Finished: {epochs} in {spent}.",
        "failed": f"The training failed: {facts.error}",
    }[facts.state]


def _winning(real: float, fake: float, compares: bool) -> str:
    gap = real - fake
    says = f"It gives real digits {_percent(real)} and fakes {_percent(fake)}."
    if compares:
        return (
            f"{says} This discriminator only compares: the gap between the two "
            "counts, not how near they are to a half."
        )
    if gap < -EVEN:
        return f"The generator is ahead: fakes look more real than real digits. {says}"
    if gap < EVEN:
        if max(abs(real - 0.5), abs(fake - 0.5)) < MIDDLE:
            return (
                f"It is even: the discriminator can hardly tell them apart. {says} "
                "That is where a good game ends, but a weak discriminator says the "
                "same, so judge the digits with your own eyes."
            )
        return f"The discriminator gives everything the same answer. {says}"
    if gap < CLOSE:
        return f"It is close: the discriminator has a slight edge. {says}"
    if gap < CLEAR:
        return f"The discriminator is ahead: it often spots a fake. {says}"
    if gap < OVER:
        return f"The discriminator is winning: it spots most fakes. {says}"
    return (
        f"The discriminator has all but won. {says} A generator that always loses "
        "gets little to learn from."
    )


def _variety(share: float, epoch: float) -> str:
    percent = _percent(share)
    if epoch < EARLY:
        return (
            f"It is too early to speak of variety ({percent} of that of real digits)."
        )
    if share < COLLAPSED_VARIETY:
        return (
            f"It has collapsed: the fakes are nearly all alike, with {percent} of the "
            "variety of real digits."
        )
    if share < POOR_VARIETY:
        return (
            f"The fakes vary less than real digits ({percent}). If this goes on "
            "falling, the generator is collapsing."
        )
    return f"No collapse: the fakes vary {percent} as much as real digits."


def _look(facts: Facts) -> str:
    if facts.state == "finished":
        return (
            "Slide back to the first sheet and forth again: the random numbers are "
            "the same, only the generator has changed."
        )
    if facts.epoch < 1:
        return (
            "Watch the two curves: at first the discriminator pulls them apart, then "
            "the generator closes the gap."
        )
    if facts.epoch < 3:
        return (
            "Look at the sheet: strokes come first, then loops that close. Odd "
            "shapes that are no digit get rarer with every epoch."
        )
    return (
        "The curves hardly move any more, yet the digits still get better: slide "
        "back two sheets and compare."
    )


def duration(seconds: float) -> str:
    """Say a time as people do: seconds, minutes or hours."""
    if seconds < 90:
        return _counted(round(seconds), "second")
    if seconds < 5400:
        return _counted(round(seconds / 60), "minute")
    return f"{seconds / 3600:.1f} hours"


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _epochs(epoch: float) -> str:
    count = f"{epoch:.1f}".removesuffix(".0")
    return f"{count} epoch" if count == "1" else f"{count} epochs"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
