"""Texts of one's own in data sets: files, weights, colours, and what is refused."""

import json

import numpy as np
import pytest
from PIL import Image

from digitgan.datasets.make import make_dataset as make
from digitgan.datasets.texts import read_texts
from digitgan.errors import InputError


def test_a_text_a_line_or_a_csv_with_weights(tmp_path):
    lines, table = tmp_path / "amounts.txt", tmp_path / "amounts.csv"
    lines.write_text("\ufeff1,024.50\r\n\r\n 12/05 \n", encoding="utf-8")
    table.write_text('text,weight\n"1,024.50",3\n7\n')
    assert read_texts(lines) == (("1,024.50", 1.0), ("12/05", 1.0))
    assert read_texts(str(table)) == (("1,024.50", 3.0), ("7", 1.0))
    assert read_texts(["7", ("8", 0.5)]) == (("7", 1.0), ("8", 0.5))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.txt", "12\nB-12\n", "has in line 2 'B-12'"),
        ("x.txt", "1" * 33, "has in line 1"),
        ("x.txt", " \n", "holds 0"),
        ("x.csv", "12,-1\n", "has in line 1 .*weight above 0"),
        ("x.csv", "12,nan\n", "has in line 1"),
        ("x.csv", "12,1,1\n", "has in line 1"),
        ("x.txt", "\xff", "is damaged"),
    ],
)
def test_what_cannot_be_written_is_refused_by_its_line(
    name, content, problem, tmp_path
):
    file = tmp_path / name
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match=problem) as caught:
        read_texts(file)
    assert len(str(caught.value).splitlines()) == 1


def test_texts_are_drawn_by_their_weights_and_made_again(tmp_path):
    texts = [("12", 9.0), ("7.5", 1.0)]
    options = {"kind": "numbers", "count": 60, "split": "100,0,0"}
    folder = make(tmp_path / "a", texts=texts, **options).folder
    rows = (folder / "train" / "metadata.jsonl").read_text().splitlines()
    drawn = [json.loads(row)["text"] for row in rows]
    assert set(drawn) == {"12", "7.5"} and drawn.count("12") > 40
    again = make(tmp_path / "a", texts=texts, **options)
    assert again.drawn == 0


def test_scenes_in_colour(tmp_path):
    options = {"kind": "scenes", "count": 2, "format": "coco", "split": "100,0,0"}
    colours = {"ink": "navy", "background": "ivory"}
    folder = make(tmp_path / "a", texts=["7"], **colours, **options).folder
    page = np.asarray(Image.open(folder / "train" / "000000000.png"))
    assert page[0, 0].tolist() == [255, 255, 240]
    assert [0, 0, 128] in page.reshape(-1, 3).tolist()
    folder = make(tmp_path / "b", background="transparent", **options).folder
    assert Image.open(folder / "train" / "000000000.png").mode == "RGBA"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"kind": "digits", "texts": ["7"]}, "texts"),
        ({"kind": "digits", "ink": "navy"}, "ink"),
        ({"kind": "numbers", "texts": ["7"], "length": "3"}, "texts"),
        ({"kind": "numbers", "texts": ["7"], "pattern": "#"}, "pattern"),
        ({"kind": "numbers", "ink": "transparent"}, "ink"),
        ({"kind": "numbers", "texts": "nowhere.txt"}, "texts"),
    ],
)
def test_what_does_not_go_together_is_refused(options, field, tmp_path):
    with pytest.raises(InputError) as caught:
        make(tmp_path / "a", count=4, **options)
    assert caught.value.field == field and not (tmp_path / "a").exists()


def test_a_manifest_of_before_still_reads(tmp_path):
    folder = make(tmp_path / "a", count=20).folder
    stored = json.loads((folder / "manifest.json").read_text())
    for name in ("texts", "ink", "background"):
        del stored["spec"][name]
    (folder / "manifest.json").write_text(json.dumps(stored))
    assert make(tmp_path / "a", count=20).drawn == 0
