"""The report: one file, whole, and true to the scorecard."""

import re
from html.parser import HTMLParser

from digitgan.evaluation import report
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.load_samples import Samples

VOID = {"meta", "img"}


class Page(HTMLParser):
    """The text of a page, in which every element ends where it should."""

    def __init__(self, page):
        super().__init__()
        self.open, self.text = [], ""
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.text += text


def test_the_report_needs_no_other_file(small_card, small_mnist, tmp_path):
    digits, path = small_mnist.train[:500], tmp_path / "report.html"
    samples = Samples(digits.images, digits.labels)
    report.write(path, small_card, samples, small_mnist, "evaluate <x>.npz")
    page = path.read_text("utf-8")
    assert "evaluate &lt;x&gt;.npz" in page
    assert all(link.startswith("data:") for link in re.findall(r'src="([^"]*)"', page))
    assert "http" not in page and "<script" not in page
    text = Page(page).text
    for row in small_card.rows:
        assert row.definition in text
        assert row.value is None or f"{row.value:.4f}" in text
    assert page.count("<svg") == 5 and page.count("<img") == 82
    assert "Asked and read" in page and "3 memorised" in page
    assert len(page) < 1_000_000


def test_the_report_without_labels(small_mnist, tmp_path):
    samples = Samples(small_mnist.train.images[:150])
    card = evaluate(samples, data=small_mnist)
    report.write(tmp_path / "report.html", card, samples, small_mnist, "")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "it needs labels" in page and "Asked and read" not in page
    assert "Every number on this page" not in page
