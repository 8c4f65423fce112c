"""Each metric against known answers and against the packages of the field."""

import numpy as np
import pytest
from scipy import linalg, ndimage
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

from digitgan.data.dataset import Digits
from digitgan.evaluation.metrics import (
    fidelity,
    handwriting,
    labels,
    memorisation,
    networks,
    pixel_statistics,
    stacked,
    two_sample,
    variety,
)
from digitgan.measure import nearest_neighbours


def cloud(n, width=8, shift=0.0, scale=1.0, seed=0):
    return np.random.default_rng(seed).normal(shift, scale, (n, width))


def squares(n, seed=0, dirt=0):
    """Draw random grey squares, ``uint8 (n, 28, 28)``, on a background of dirt."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, dirt + 1, (n, 28, 28))
    for image, (row, column) in zip(images, rng.integers(2, 16, (n, 2)), strict=True):
        image[row : row + 10, column : column + 10] = rng.integers(100, 256, (10, 10))
    return images.astype(np.uint8)


def test_frechet_is_the_formula_with_a_matrix_root():
    a, b = cloud(300), cloud(200, shift=0.5, scale=2.0, seed=1) @ np.diag(range(1, 9))
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    root = linalg.sqrtm(cov_a @ cov_b).real
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(cov_a + cov_b - 2 * root)
    assert fidelity.frechet(a, b) == pytest.approx(expected, rel=1e-9)
    assert fidelity.frechet(b, a) == pytest.approx(expected, rel=1e-9)


def test_frechet_of_known_gaussians():
    a = cloud(50_000, 2)
    assert fidelity.frechet(a, a) == pytest.approx(0, abs=1e-9)
    assert fidelity.frechet(a, a + 3) == pytest.approx(18, rel=1e-6)
    assert fidelity.frechet(a, 2 * a) == pytest.approx(2, rel=0.02)


def test_frechet_of_few_samples_is_finite():
    assert np.isfinite(fidelity.frechet(cloud(5, 64), cloud(5, 64, seed=1)))


def test_kernel_distance_is_the_unbiased_sum_over_pairs():
    a, b = cloud(12), cloud(12, shift=1.0, seed=1)

    def similar(x, y):
        return (x @ y / 8 + 1) ** 3

    own = [
        np.mean([similar(p[i], p[j]) for i in range(12) for j in range(12) if i != j])
        for p in (a, b)
    ]
    cross = np.mean([similar(x, y) for x in a for y in b])
    found = fidelity._discrepancy(a, b)
    assert found == pytest.approx(sum(own) - 2 * cross, rel=1e-9)


def test_kernel_distance_is_zero_on_average_for_equal_distributions():
    mean, spread = fidelity.kernel(cloud(2_000), cloud(2_000, seed=1))
    assert abs(mean) < 3 * spread
    assert fidelity.kernel(cloud(500), cloud(500, shift=1, seed=1))[0] > 1


def test_prdc_agrees_with_the_package_of_its_authors():
    package = pytest.importorskip("prdc")
    real, fake = cloud(700, 16), cloud(500, 16, shift=0.3, seed=1)
    expected = package.compute_prdc(real, fake, nearest_k=5)
    for name, values in fidelity.prdc(real, fake, k=5).items():
        assert values.mean() == pytest.approx(expected[name], abs=1e-12), name


def test_prdc_does_not_depend_on_blocks_or_order(monkeypatch):
    real, fake = cloud(300), cloud(250, shift=0.5, seed=1)
    whole = fidelity.prdc(real, fake)
    monkeypatch.setattr(fidelity, "BATCH_SIZE", 37)
    order = np.random.default_rng(0).permutation(250)
    found = fidelity.prdc(real, fake[order])
    np.testing.assert_array_equal(found["density"], whole["density"][order])
    np.testing.assert_array_equal(found["recall"], whole["recall"])


def test_squared_distances_are_those_of_scipy():
    a, b = cloud(20), cloud(30, seed=1)
    np.testing.assert_allclose(
        fidelity.squared_distances(a, b), cdist(a, b, "sqeuclidean"), atol=1e-9
    )


def test_confusion():
    wanted, predicted = np.array([0, 0, 1, 9]), np.array([0, 1, 1, 9])
    table = labels.confusion(wanted, predicted)
    assert table.sum() == 4 and table[0, 1] == 1 and table[9, 9] == 1


@pytest.mark.slow
def test_one_learns_from_right_labels_only(mnist):
    pytest.importorskip("keras")
    train, test = mnist.train[:2_000], mnist.test[:500]

    def score(wanted):
        digits = Digits(train.images, wanted)
        return labels.classification_accuracy(
            digits, test.images, test.labels, seeds=2, steps=300
        )

    right = score(train.labels)
    assert right.shape == (2,) and right.min() > 0.85, right
    np.testing.assert_array_equal(score(train.labels), right)
    assert score(np.random.default_rng(0).permutation(train.labels)).max() < 0.3


def test_vendi_counts_what_is_different():
    same = np.ones((50, 8))
    assert variety.vendi(same, 1.0) == pytest.approx(1)
    groups = np.repeat(100.0 * np.eye(5), 10, axis=0)
    assert variety.vendi(groups, 1.0) == pytest.approx(5)
    assert variety.vendi(100.0 * np.eye(30), 1.0) == pytest.approx(30)


def test_variety_by_class_finds_the_collapsed_one():
    real, fake = cloud(1_000), cloud(1_000, seed=1)
    digits = np.arange(1_000) % 10
    fake[digits == 3] = fake[3]
    keep = digits != 7
    found = variety.by_class(real, digits, fake[keep], digits[keep])
    kept = found["vendi"] / np.maximum(found["real_vendi"], 1e-9)
    assert kept[3] < 0.05 and kept[7] == 0 and found["coverage"][3] < 0.2
    others = np.delete(kept, [3, 7])
    assert others.min() > 0.8 and others.max() < 1.2


def test_dense_network_learns():
    x = cloud(2_000, 20)
    y = np.abs(x[:, 0]) > 0.67
    odds = networks.dense(x[:1500], y[:1500], x[1500:])
    assert np.mean((odds > 0) == y[1500:]) > 0.8
    np.testing.assert_array_equal(odds, networks.dense(x[:1500], y[:1500], x[1500:]))


@pytest.mark.learns
def test_two_sample_of_equals_is_a_coin():
    style = cloud(1_000, 5), cloud(1_000, 5, seed=1)
    found = two_sample.two_sample(squares(1_000), squares(1_000, seed=1), *style)
    assert len(found) == 3 and max(found.values()) < 0.57


@pytest.mark.learns
def test_two_sample_sees_a_dirty_background():
    style = cloud(600, 5), cloud(600, 5, seed=1)
    dirty = squares(600, seed=1)
    specks = np.random.default_rng(2).random(dirty.shape) < 0.05
    dirty[specks & (dirty == 0)] = 3
    found = two_sample.two_sample(squares(600), dirty, *style)
    assert found["network on histogram and handwriting"] > 0.99
    assert found["network on where pixels are 0"] > 0.8


def test_histogram_counts_every_pixel():
    greys = pixel_statistics.grey_counts(squares(5, dirt=30))
    counts = np.expm1(pixel_statistics.histogram(greys))
    np.testing.assert_allclose(counts.sum(axis=1), 784, rtol=1e-6)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_components_and_holes_are_those_of_scipy(share):
    ink = np.random.default_rng(0).random((20, 13, 28)) < share
    components, specks = pixel_statistics.count_components(ink)
    expected = [ndimage.label(image, np.ones((3, 3)))[1] for image in ink]
    np.testing.assert_array_equal(components, expected)
    assert np.all(specks <= components) and specks.any()
    paper = np.pad(~ink, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    holes = [ndimage.label(image)[1] - 1 for image in paper]
    np.testing.assert_array_equal(
        components - pixel_statistics.euler_number(ink), holes
    )


def test_statistics_of_a_known_image():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 5:9, 10:13] = 255  # 4 high, 3 wide
    image[0, 6, 11], image[0, 20, 20] = 0, 2  # a hole and a speck
    found = {
        name: x[0].tolist()
        for name, x in pixel_statistics.pixel_statistics(image).items()
    }
    assert found["bounding box"] == [5, 10, 16, 11, 16]
    assert found["counts of 250 to 255"] == [0, 0, 0, 0, 0, 11, 3, 255]
    assert found["place of the brightest"] == [0, 0, 3, 2]
    assert found["components and holes"] == [2, 1, 1, 1, 0, 1]
    places = [np.average(np.arange(28), weights=image[0].sum(axis)) for axis in (1, 0)]
    assert found["centre of mass"] == pytest.approx(places)


def test_statistics_of_no_ink_and_of_full_ink_are_finite():
    images = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    for values in pixel_statistics.pixel_statistics(images).values():
        assert np.isfinite(values).all()


def test_real_digits_obey_the_laws_of_mnist_to_the_pixel(small_mnist):
    images = small_mnist.train.images
    assert pixel_statistics.breaks_law(images).mean() < 0.002
    assert pixel_statistics.obeys_laws(images)
    assert not pixel_statistics.obeys_laws(images[:, 2:])
    longer = images.copy()
    longer[:, 2] = longer[:, 25] = 1
    for broken in (longer, np.roll(images, 1, axis=2), 0 * images):
        assert pixel_statistics.breaks_law(broken).mean() > 0.99


@pytest.mark.learns
def test_trees_see_one_grey_that_is_never_there():
    pytest.importorskip("sklearn")
    real, fake = squares(600), squares(600, seed=1)
    fake[fake == 252] = 251
    found = two_sample.by_trees(
        two_sample.statistics(real), two_sample.statistics(fake), 0
    )
    assert found["counts of 250 to 255"] > 0.6
    assert max(found["bounding box"], found["handwriting"]) < 0.57


def test_nearest_is_exact(monkeypatch):
    images, among = squares(40), squares(90, seed=1)
    monkeypatch.setattr(nearest_neighbours, "BATCH_SIZE", 7)
    distance, position = nearest_neighbours.nearest(images, among)
    a, b = (
        part.reshape(-1, 14, 2, 14, 2).sum(axis=(2, 4)).reshape(-1, 196) // 8
        for part in (images, among)
    )
    expected = cdist(a, b)
    np.testing.assert_array_equal(position, expected.argmin(axis=1))
    np.testing.assert_allclose(distance, 2 * expected.min(axis=1), rtol=1e-6)


def test_copies_are_not_new():
    train = squares(200)
    distance, new = memorisation.copied(train[:50], train)
    assert not distance.any() and not new.any()
    distance, new = memorisation.copied(squares(50, seed=1), train)
    assert distance.min() > 0 and 0.2 < new.mean() < 0.8


@pytest.mark.parametrize(("n", "m"), [(1, 1), (5, 7), (300, 200)])
def test_wasserstein_distance_is_that_of_scipy(n, m):
    a, b = cloud(n, 1)[:, 0], np.round(cloud(m, 1, 0.3, seed=1)[:, 0], 1)
    expected = pytest.approx(wasserstein_distance(a, b), rel=1e-12)
    assert handwriting.wasserstein(a, b) == expected


def test_handwriting_distance_is_the_shift():
    values = cloud(5_000, 1)[:, 0]
    assert handwriting.distance(values, values) == 0
    found = handwriting.distance(10 * values, 10 * values + 5)
    assert found == pytest.approx(0.5, rel=0.05)


def test_stacked_modes_of_known_triplets():
    every = np.stack(np.meshgrid(*[np.arange(10)] * 3), axis=-1).reshape(-1, 3)
    assert stacked.modes(every) == (1000, pytest.approx(0, abs=1e-12))
    one = stacked.modes(np.tile([[1, 2, 3]], (50, 1)))
    assert one == (1, pytest.approx(np.log(1000)))
    half = stacked.modes(every[:500])
    assert half == (500, pytest.approx(np.log(2)))


def test_a_perfect_sampler_of_triplets_is_not_at_zero():
    mean, spread = stacked.perfect_sampler(26_000)
    assert mean == pytest.approx(0.0194, abs=0.0004)
    assert spread == pytest.approx(0.0009, abs=0.0003)
    assert stacked.perfect_sampler(240_000)[0] == pytest.approx(0.0021, abs=0.0001)
