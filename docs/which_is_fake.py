"""Make the page on which a person is asked: which digit of ten is drawn by the model?

python docs/which_is_fake.py [MODEL]
"""

import sys
from pathlib import Path

import numpy as np

import digitgan
from digitgan.data.image_grid import grid
from digitgan.data.load import load_dataset

DOCS = Path(__file__).parent
SEED = 17

PAGE = """\
# Which one is fake?

In each row nine digits are real, from MNIST's test digits, and one is drawn by the
model that comes with digitgan. Nothing was chosen: chance, with a fixed seed, drew the
real ones, the fake one and its place. Write down ten places, from 1 on the left to 10
on the right, before you look at the key. Who only guesses finds one.

![Ten rows of ten digits, one of each row fake](images/which-is-fake.png)

<details>
<summary>The key</summary>

| row | place of the fake |
| --- | --- |
{key}

</details>

Found two or three? That is still chance: three or more of ten happen to one guesser in
fourteen, four or more to one in eighty. What tells these digits from real ones to a
machine stands on [the model's page](flagship.md).

Made by `python docs/which_is_fake.py`.
"""


def main() -> None:
    """Draw the sheet and write the page with its key."""
    model, test = digitgan.load(*sys.argv[1:]), load_dataset("mnist").test
    rng = np.random.default_rng(SEED)
    fakes, places = model.sample(range(10), seed=SEED), rng.integers(10, size=10)
    rows = []
    for digit, (fake, place) in enumerate(zip(fakes, places, strict=True)):
        real = rng.choice(np.flatnonzero(test.labels == digit), 9, replace=False)
        rows.append(np.insert(test.images[real], place, fake, axis=0))
    grid(np.concatenate(rows), columns=10).save(DOCS / "images" / "which-is-fake.png")
    key = "\n".join(f"| {row} | {place + 1} |" for row, place in enumerate(places, 1))
    (DOCS / "which-is-fake.md").write_text(PAGE.format(key=key), "utf-8")


if __name__ == "__main__":
    main()
