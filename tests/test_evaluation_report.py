"""The report: one file, whole, and true to the scorecard."""

import re

import numpy as np
import pytest

from digitgan.evaluation import evaluate, report


@pytest.fixture(scope="module")
def card_and_digits(mnist):
    rows = np.random.default_rng(0).permutation(len(mnist.train))[:200]
    digits = mnist.train.images[rows], mnist.train.labels[rows]
    return evaluate(*digits, data=mnist), digits


def test_the_report_needs_no_other_file(card_and_digits, mnist, tmp_path):
    card, digits = card_and_digits
    path = tmp_path / "report.html"
    report.write(path, card, *digits, data=mnist, command="evaluate <x>.npz")
    page = path.read_text("utf-8")
    assert "evaluate &lt;x&gt;.npz" in page
    assert all(link.startswith("data:") for link in re.findall(r'src="([^"]*)"', page))
    assert "http" not in page and "<script" not in page
    for row in card.rows:
        assert row.definition.replace("'", "&#x27;") in page
        assert row.value is None or f"{row.value:.4f}" in page
    assert page.count("<svg") == 5 and page.count("<img") == 82
    assert len(page) < 1_000_000


def test_the_report_without_labels(card_and_digits, mnist, tmp_path):
    _, (images, _) = card_and_digits
    card = evaluate(images, data=mnist)
    report.write(tmp_path / "report.html", card, images, data=mnist)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "it needs labels" in page and "Asked (row)" not in page
