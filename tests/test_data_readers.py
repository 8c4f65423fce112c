"""Every kind of file that ``--data`` takes, and every kind of bad one."""

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image

from digitgan import limits
from digitgan.data.dataset import Digits, held_out
from digitgan.data.images import ImageSpec
from digitgan.data.load import load_dataset
from digitgan.errors import InputError

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 3], np.uint8)


def idx(array):
    head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


def write_idx(folder, part="train", images=IMAGES, labels=LABELS, end="", dot="-"):
    pack = gzip.compress if end else bytes
    path = folder / f"{part}-images{dot}idx3-ubyte{end}"
    path.write_bytes(pack(idx(images)))
    if labels is not None:
        name = f"{part}-labels{dot}idx1-ubyte{end}"
        (folder / name).write_bytes(pack(idx(labels)))
    return path


def write_npz(path, **arrays):
    np.savez_compressed(path, **arrays)
    return path


def check(digits, images=IMAGES, labels=LABELS):
    assert digits.images.dtype == np.uint8
    np.testing.assert_array_equal(digits.images, images)
    if labels is None:
        assert digits.labels is None
    else:
        assert digits.labels.dtype == np.int32
        np.testing.assert_array_equal(digits.labels, labels)


def refuse(path, *words):
    """Check that a path is refused in one line that names it and says the words."""
    with pytest.raises(InputError) as caught:
        load_dataset(path)
    line = str(caught.value)
    assert line.startswith(f"data {str(path)!r} ")
    assert "\n" not in line
    for word in words:
        assert word in line


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("dot", ["-", "."])
def test_idx_folder(tmp_path, end, dot):
    write_idx(tmp_path, end=end, dot=dot)
    write_idx(tmp_path, "t10k", IMAGES[:3], LABELS[3:], end=end, dot=dot)
    dataset = load_dataset(tmp_path)
    check(dataset.train)
    check(dataset.test, IMAGES[:3], LABELS[3:])
    assert dataset.classes == ("0", "1", "2", "3")
    assert dataset.decisions == (
        "6 training and 3 test images, IDX files, 0, 1, 2, 3 alone",
    )
    assert dataset.source == f"{tmp_path}: {dataset.decisions[0]}"


def test_idx_file_with_its_labels_beside_it(tmp_path):
    dataset = load_dataset(str(write_idx(tmp_path, part="mine", end=".gz")))
    check(dataset.train)
    assert dataset.test is None
    assert "6 training and no test images" in dataset.source


def test_idx_without_labels(tmp_path):
    path = tmp_path / "digits.idx"
    path.write_bytes(idx(IMAGES))
    dataset = load_dataset(path)
    check(dataset.train, labels=None)
    assert dataset.classes == ()


def test_npz_in_keras_layout(tmp_path):
    path = write_npz(
        tmp_path / "mnist.npz",
        x_train=IMAGES,
        y_train=LABELS,
        x_test=IMAGES[2:],
        y_test=LABELS[2:],
    )
    dataset = load_dataset(path)
    check(dataset.train)
    check(dataset.test, IMAGES[2:], LABELS[2:])


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, ">i2"])
def test_npz_of_x_and_y(tmp_path, dtype):
    x, y = IMAGES.astype(dtype), LABELS.astype(np.int64)
    check(load_dataset(write_npz(tmp_path / "a.npz", x=x, y=y)).train)
    check(load_dataset(write_npz(tmp_path / "b.npz", x=x)).train, labels=None)


def glyph(ink, paper, size=(28, 28)):
    picture = Image.new("L", size, paper)
    box = [size[0] // 3, size[1] // 4, size[0] // 2, size[1] * 3 // 4]
    picture.paste(ink, box)
    return picture


def write_pictures(folder, picture, endings=("png", "png"), classes=("seven", "ace")):
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number, ending in enumerate(endings):
            picture.save(folder / name / f"{number}.{ending}")
    return folder


def test_pictures_by_class(tmp_path):
    endings = ("png", "bmp", "gif", "jpg")
    write_pictures(tmp_path, glyph(255, 0), endings)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "ace" / "notes.txt").write_text("not a picture")
    dataset = load_dataset(tmp_path)
    assert dataset.classes == ("7", "ace")
    np.testing.assert_array_equal(dataset.train.labels, [1] * 4 + [0] * 4)
    for image in dataset.train.images:
        np.testing.assert_allclose(image, np.asarray(glyph(255, 0)), atol=40)
    assert (
        "8 training and no test images, pictures in a folder a class" in dataset.source
    )


def test_dark_ink_on_light_paper_is_inverted(tmp_path):
    dataset = load_dataset(write_pictures(tmp_path, glyph(0, 255)))
    np.testing.assert_array_equal(dataset.train.images[0], np.asarray(glyph(255, 0)))
    assert dataset.decisions[1:] == ("dark on light: inverted",)


def test_transparent_paper_is_light(tmp_path):
    picture = Image.new("RGBA", (28, 28), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), [9, 7, 14, 21])
    dataset = load_dataset(write_pictures(tmp_path, picture))
    np.testing.assert_array_equal(dataset.train.images[0], np.asarray(glyph(255, 0)))


def test_pictures_of_16_bits_are_scaled(tmp_path):
    values = np.asarray(glyph(180, 0)).astype(np.uint16) * 257 + 100
    dataset = load_dataset(write_pictures(tmp_path, Image.fromarray(values)))
    np.testing.assert_array_equal(dataset.train.images[0], np.asarray(glyph(180, 0)))


def test_tall_picture_keeps_its_proportions(tmp_path):
    picture = Image.new("L", (20, 56), 10)
    picture.paste(250, [5, 0, 15, 56])
    image = load_dataset(write_pictures(tmp_path, picture)).train.images[0]
    assert (image[:, :8] == 10).all() and (image[:, 20:] == 10).all()
    assert (image[14, 13:15] > 200).all()


def test_too_large_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "PICTURE_PIXELS", 100)
    refuse(write_pictures(tmp_path, glyph(255, 0)), "more than 100 pixels")


def test_absent_path(tmp_path):
    refuse(tmp_path / "none.npz", "does not exist", "mnist, fashion-mnist")
    refuse("fakes.npz", "does not exist")


def test_unknown_name():
    refuse(
        "minst", "did you mean 'mnist'?", "fashion-mnist, kmnist, mnist, ", "or a path"
    )
    refuse("", "unknown")


def test_folders_that_hold_no_data(tmp_path):
    refuse(tmp_path, "holds nothing that is read", "docs/your-data.md")
    (tmp_path / "0").mkdir()
    refuse(tmp_path, "holds nothing that is read")


def test_unreadable_picture(tmp_path):
    write_pictures(tmp_path, glyph(255, 0))
    broken = tmp_path / "ace" / "1.png"
    broken.write_bytes(broken.read_bytes()[:50])
    refuse(tmp_path, "picture '", "1.png' is damaged")
    broken.write_text("no picture at all")
    refuse(tmp_path, "1.png', which is damaged or no picture")


def test_something_else(tmp_path):
    path = tmp_path / "digits.csv"
    path.write_text("5,0,0,0")
    refuse(path, "holds nothing that is read", "allowed is mnist, ")
    path.write_bytes(b"")
    refuse(path, "holds nothing that is read")


def test_labels_are_not_images(tmp_path):
    write_idx(tmp_path)
    refuse(tmp_path / "train-labels-idx1-ubyte", "is not an IDX file of images")
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(IMAGES))
    refuse(tmp_path, "is not an IDX file of labels (train-labels-idx1-ubyte)")


@pytest.mark.parametrize("keep", [6, 15, 16, 100, -1])
def test_truncated_idx(tmp_path, keep):
    path = write_idx(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    refuse(path, "is damaged")


def test_idx_longer_than_its_header_says(tmp_path):
    path = write_idx(tmp_path)
    path.write_bytes(path.read_bytes() + b"\0")
    refuse(path, "longer than its header says")


def test_damaged_gzip(tmp_path):
    path = write_idx(tmp_path, end=".gz")
    good = path.read_bytes()
    for bad in (good[:-20], good[:40] + bytes(40) + good[80:], good[:3]):
        path.write_bytes(bad)
        refuse(path, "is damaged")


def test_wrong_shapes(tmp_path):
    flat = write_npz(tmp_path / "flat.npz", x=IMAGES.reshape(6, -1)[:, 1:])
    refuse(flat, "images of shape (6, 783)", "N x 28 x 28")
    two = write_npz(tmp_path / "two.npz", x=IMAGES, y=np.ones((6, 2), int))
    refuse(two, "labels of shape (6, 2)", "one-hot")


def test_lengths_that_differ(tmp_path):
    words = "holds 6 images but 5 labels"
    refuse(write_idx(tmp_path, labels=LABELS[:5]), words)
    refuse(write_npz(tmp_path / "a.npz", x=IMAGES, y=LABELS[:5]), words)


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_images(tmp_path, count):
    few = IMAGES[:count], LABELS[:count]
    words = f"holds {count} images: allowed is at least 2 images"
    refuse(write_idx(tmp_path, images=few[0], labels=few[1]), words)
    refuse(write_npz(tmp_path / "a.npz", x=few[0], y=few[1]), words)


def test_npz_values(tmp_path):
    path = tmp_path / "a.npz"
    refuse(write_npz(path, x=IMAGES * np.nan), "pixels that are no numbers")
    refuse(write_npz(path, x=IMAGES * 0), "every pixel is 0")
    refuse(write_npz(path, x=IMAGES, y=LABELS + 0.5), "labels as float64")
    labels = LABELS.astype(int)
    refuse(write_npz(path, x=IMAGES, y=labels - 1), "labels from -1 to 2")
    refuse(write_npz(path, x=IMAGES, y=labels + 253), "allowed is 0 to 255")


def test_npz_without_images(tmp_path):
    refuse(
        write_npz(tmp_path / "a.npz", heights=LABELS),
        "no array of images but 'heights'",
        "x_train",
    )


def test_npz_is_never_unpickled(tmp_path):
    class Bomb:
        def __reduce__(self):
            return pytest.fail, ("was unpickled",)

    bomb = np.array([Bomb(), Bomb()], dtype=object)
    refuse(write_npz(tmp_path / "a.npz", x=bomb), "x holds Python objects")


def test_damaged_npz(tmp_path):
    path = write_npz(tmp_path / "a.npz", x=IMAGES)
    good = path.read_bytes()
    for bad in (good[:-30], good[:200] + bytes(100) + good[300:], good[:4]):
        path.write_bytes(bad)
        refuse(path, "is damaged")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"not an array")
    refuse(path, "is damaged")


def test_random_damage_is_always_one_clear_line(tmp_path):
    rng = np.random.default_rng(1)
    path = write_npz(tmp_path / "a.npz", x=IMAGES)
    stored = io.BytesIO()
    np.savez(stored, x=IMAGES, y=LABELS)
    packed = write_idx(tmp_path, end=".gz").read_bytes()
    for good in (path.read_bytes(), stored.getvalue(), packed, idx(IMAGES)):
        for _ in range(150):
            bad = bytearray(good)
            for at in rng.integers(0, min(len(bad), 400), 3):
                bad[at] = rng.integers(256)
            path.write_bytes(bad)
            try:
                load_dataset(path)
            except InputError as error:
                assert "\n" not in str(error)


def test_size_is_checked_before_anything_is_allocated(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 2**32 - 1, 28, 28))
    refuse(path, "3,367,254,359,280 bytes", "allowed is up to 1,073,741,824")
    header = io.BytesIO()
    layout = {"descr": "|u1", "fortran_order": False, "shape": (10**12, 28, 28)}
    np.lib.format.write_array_header_1_0(header, layout)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    refuse(path, "784,000,000,000,000 bytes", "allowed are 1,073,741,824")


def test_data_hash_follows_images_and_labels(tmp_path):
    def hash_of(**arrays):
        return load_dataset(write_npz(tmp_path / "a.npz", **arrays)).sha256

    first = hash_of(x=IMAGES, y=LABELS)
    assert first == load_dataset(write_idx(tmp_path)).sha256
    assert len({first, hash_of(x=IMAGES), hash_of(x=IMAGES, y=LABELS[::-1])}) == 3


def test_held_out_is_a_fixed_part():
    images = np.arange(60_000, dtype=np.int32)
    whole = Digits(images, images)
    learn, choose = held_out(whole)
    assert (len(learn), len(choose)) == (55_000, 5_000)
    both = np.concatenate([learn.images, choose.images])
    np.testing.assert_array_equal(np.sort(both), images)
    np.testing.assert_array_equal(choose.labels[:3], [0, 21, 38])
    assert (np.diff(learn.images) > 0).all()


def test_held_out_is_a_tenth_at_most_and_one_at_least():
    assert len(held_out(Digits(IMAGES.repeat(10, axis=0)))[1]) == 6
    assert [len(part) for part in held_out(Digits(IMAGES[:2]))] == [1, 1]
    assert len(held_out(Digits(IMAGES.repeat(10, axis=0)), n=2)[1]) == 2


def test_pictures_of_another_size_or_in_colour(tmp_path):
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (6, 32, 32, 3), np.uint8)
    dataset = load_dataset(write_npz(tmp_path / "a.npz", x=colour, y=LABELS))
    check(dataset.train, colour)
    assert dataset.image == ImageSpec(32, 32, 3, "pictures")
    grey = load_dataset(write_npz(tmp_path / "b.npz", x=colour[..., 0]))
    assert grey.image == ImageSpec(28, 28, 1, "digits")
    assert grey.decisions[1] == "32 x 32: resized to 28 x 28"
    digits = load_dataset(write_npz(tmp_path / "c.npz", x=IMAGES))
    assert digits.image == ImageSpec(28, 28, 1, "digits")
    refuse(write_npz(tmp_path / "d.npz", x=colour[..., :2]), "(6, 32, 32, 2)", "x 3")


def test_matlab_structs_nested_deeper_than_a_stack(tmp_path):
    """SciPy calls itself for each of them, which would end the process."""

    def element(kind, content):
        return struct.pack("<2I", kind, len(content)) + content

    flags, shape = element(6, struct.pack("<2I", 2, 0)), element(5, b"\1\0\0\0" * 2)
    name, length = element(1, b"a" + bytes(7)), struct.pack("<2Hi", 5, 4, 8)
    matrix = b""
    for _ in range(1_100):
        fields = element(1, b"f" + bytes(7))
        matrix = element(14, flags + shape + name + length + fields + matrix)
    path = tmp_path / "deep.mat"
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM" + matrix)
    with pytest.raises(InputError, match="matrices"):
        load_dataset(path)
