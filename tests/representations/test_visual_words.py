"""Dense patches, Fisher vectors and bags of visual words: algebra, invariants, and scikit-learn's manners."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.mixture import GaussianMixture

from iaa_classic.extraction import UnreadableImageWarning
from iaa_classic.features import Picture
from iaa_classic.images import ImageError
from iaa_classic.representations import BagOfVisualWords, FisherVector, describe, histograms
from iaa_classic.representations.fisher import Mixture
from iaa_classic.representations.patches import CELL, cells, patches

SMALL = {"n_patches": 1500}


@pytest.fixture(scope="module")
def shown(crops):
    return [crop[::2, ::2] for crop in crops[::4]]


@pytest.fixture(scope="module")
def fisher(shown):
    return FisherVector(4, n_components=8, **SMALL).fit(shown)


@pytest.fixture(scope="module")
def bag(shown):
    return BagOfVisualWords(12, **SMALL).fit(shown)


def test_patches_agree_with_opencvs_sift(photographs):
    """The same grid, bins of the same size, upright: descriptors before the root, by the cosine."""
    picture = Picture(photographs["chelsea"])
    ours = patches(cells(picture))
    rows, columns = (side // CELL - 3 for side in picture.rgb.shape[:2])
    places = [(CELL * (x + 2.0) - 0.5, CELL * (y + 2.0) - 0.5) for y in range(rows) for x in range(columns)]
    grid = [cv2.KeyPoint(x, y, CELL / 1.5, 0.0) for x, y in places]
    chosen = range(0, rows * columns, 37)
    lightness = np.clip(picture.lab[..., 0] * 2.55, 0, 255).astype(np.uint8)
    _, theirs = cv2.SIFT_create().compute(lightness, [grid[k] for k in chosen])
    theirs = theirs.reshape(-1, 4, 4, 8)[..., [0, 7, 6, 5, 4, 3, 2, 1]].reshape(-1, 128)  # OpenCV's angles turn upwards
    own = ours.gradient[: rows * columns][chosen].astype(np.float64) ** 2
    cosine = (own * theirs).sum(axis=1) / (np.linalg.norm(own, axis=1) * np.linalg.norm(theirs, axis=1))
    assert np.median(cosine) > 0.9
    assert np.quantile(cosine, 0.1) > 0.8


def test_patches_of_a_picture(photographs):
    found = patches(cells(Picture(photographs["coffee"])))
    assert found.gradient.dtype == found.colour.dtype == np.float32
    assert (found.gradient.shape[1], found.colour.shape[1]) == (128, 96)
    norms = np.linalg.norm(found.gradient, axis=1)
    assert np.all((np.abs(norms - 1) < 1e-4) | (norms == 0))
    assert 0 < found.height.min() < found.height.max() < 1


def test_patches_follow_the_picture_upside_down_and_mirrored():
    rng = np.random.default_rng(0)
    rgb = cv2.resize(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8), (512, 512), interpolation=cv2.INTER_LINEAR)
    plain, mirrored = (patches(cells(Picture(np.ascontiguousarray(one)))) for one in (rgb, rgb[:, ::-1]))
    side = 512 // CELL - 3
    np.testing.assert_allclose(
        plain.colour[: side**2].reshape(side, side, 4, 4, 6),
        mirrored.colour[: side**2].reshape(side, side, 4, 4, 6)[:, ::-1, :, ::-1],
        atol=0.02,
    )
    turned = mirrored.gradient[: side**2].reshape(side, side, 4, 4, 8)[:, ::-1, :, ::-1][..., [4, 3, 2, 1, 0, 7, 6, 5]]
    assert (plain.gradient[: side**2].reshape(turned.shape) * turned).sum(axis=(2, 3, 4)).min() > 0.99


def test_histograms_count_patterns_and_colours():
    """Against counts pixel by pixel."""
    rng = np.random.default_rng(3)
    picture = Picture(rng.integers(0, 256, (32, 512, 3), dtype=np.uint8))
    found = histograms.histograms(picture)
    assert found.shape == (histograms.LENGTH,)
    light, expected = picture.lab[..., 0], np.zeros(256)
    order = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    for y in range(1, 31):
        for x in range(1, 511):
            around = light[y - 1 : y + 2, x - 1 : x + 2]
            expected[sum(int(around[place] > around[1, 1] + 0.5) << bit for bit, place in enumerate(order))] += 1
    np.testing.assert_allclose(found[:256], expected / (30 * 510), atol=1e-6)
    sums = np.add.reduceat(found, [*range(0, 15 * 256, 256), *range(15 * 256, histograms.LENGTH, 192)])
    np.testing.assert_allclose(sums, 1, atol=1e-4)
    red = histograms.histograms(Picture(np.full((40, 50, 3), (200, 0, 0), dtype=np.uint8)))[15 * 256 : 15 * 256 + 192]
    assert red[0 * 16 + 3 * 4 + 3] == 1
    roots = histograms.hellinger(found)
    assert np.linalg.norm(roots) == pytest.approx(1, abs=1e-5)


def test_flat_and_tiny_pictures_are_defined(fisher, bag, flat):
    pictures = [flat(0, 0, 0), flat(255, 255, 255), np.full((1, 1, 3), 9, np.uint8), np.full((2, 400, 3), 9, np.uint8)]
    for transformer in (fisher, bag):
        assert np.isfinite(transformer.transform(pictures)).all()
    assert not fisher.transform(pictures[3:])[:, : -histograms.LENGTH].any()
    assert not patches(cells(Picture(flat(10, 200, 30)))).gradient.any()


@pytest.fixture(scope="module")
def gaussians():
    points = np.random.default_rng(1).normal(size=(300, 5)) * [1, 2, 3, 1, 0.5]
    return GaussianMixture(3, covariance_type="diag", random_state=0).fit(points), points[:80]


def _mixture(model):
    arrays = (model.weights_, model.means_, model.covariances_)
    return Mixture(np.zeros(5, np.float32), np.eye(5, dtype=np.float32), *(array.astype(np.float32) for array in arrays))


def test_fisher_vector_is_the_scaled_gradient_of_the_log_likelihood(gaussians):
    """Against numerical derivatives by means and deviations, over the root of Fisher's information w / s**2 and 2 w / s**2."""
    model, points = gaussians
    weights, means, deviations = model.weights_, model.means_, np.sqrt(model.covariances_)

    def likelihood(means, deviations):
        log = (
            np.log(weights) - np.log(deviations).sum(axis=1) - 0.5 * (((points[:, None] - means) / deviations) ** 2).sum(axis=2)
        )
        return np.logaddexp.reduce(log, axis=1).mean()

    found = _mixture(model).of_points(points.astype(np.float32), np.zeros(80, np.int64), pyramid=False)[0].reshape(2, 3, 5)
    step = 1e-5
    for k in range(3):
        for d in range(5):
            nudge = np.zeros((3, 5))
            nudge[k, d] = step
            by_mean = (likelihood(means + nudge, deviations) - likelihood(means - nudge, deviations)) / (2 * step)
            by_spread = (likelihood(means, deviations + nudge) - likelihood(means, deviations - nudge)) / (2 * step)
            assert found[0, k, d] == pytest.approx(by_mean * deviations[k, d] / np.sqrt(weights[k]), abs=2e-3)
            assert found[1, k, d] == pytest.approx(by_spread * deviations[k, d] / np.sqrt(2 * weights[k]), abs=2e-3)


def test_fisher_vector_agrees_with_scikit_image(gaussians):
    from skimage.feature import fisher_vector

    model, points = gaussians
    theirs = fisher_vector(points, model)[3:].reshape(2, 15)
    ours = _mixture(model).of_points(points.astype(np.float32), np.zeros(80, np.int64), pyramid=False)[0].reshape(2, 15)
    np.testing.assert_allclose(ours[0], theirs[0], atol=2e-3)
    np.testing.assert_allclose(ours[1], -theirs[1], atol=2e-3)  # scikit-image's has the sign of the variance's complement


def test_strips_add_up_to_the_whole(gaussians):
    model, points = gaussians
    strip = np.repeat([0, 1, 2], [30, 30, 20])
    whole, *strips = _mixture(model).of_points(points.astype(np.float32), strip, pyramid=True)
    weighed = (30 * strips[0] + 30 * strips[1] + 20 * strips[2]) / 80
    np.testing.assert_allclose(whole, weighed, atol=1e-4)


def test_vectors_have_unit_norm_and_shares(fisher, bag, shown):
    for transformer, per_region in ((fisher, 2 * 4 * 8), (bag, 12)):
        rows = transformer.transform(shown)
        assert rows.dtype == np.float32
        histograms = getattr(transformer, "histogram_share", 0)
        assert rows.shape == (len(shown), transformer.n_columns_)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
        colour = (rows[:, 4 * per_region : 8 * per_region] ** 2).sum(axis=1)
        np.testing.assert_allclose(colour, (1 - histograms) * transformer.colour_share, atol=1e-4)
        np.testing.assert_allclose((rows[:, 8 * per_region :] ** 2).sum(axis=1), histograms, atol=1e-4)
        names = transformer.get_feature_names_out()
        assert len(set(names)) == transformer.n_columns_


def test_words_count_patches(bag, shown):
    counts = bag._encoder(raw=True)(cells(Picture(shown[0]))).reshape(2, 4, 12)
    np.testing.assert_allclose(counts.sum(axis=2), 1, atol=1e-5)
    rarity = bag.words_["gradient"]["rarity"]
    assert rarity.min() >= 1


def test_kinds_of_patches_and_regions_can_be_left_out(shown):
    plain = FisherVector(2, n_components=4, colour_share=0, pyramid=False, histogram_share=0, **SMALL).fit(shown[:4])
    assert list(plain.mixtures_) == ["gradient"]
    assert plain.transform(shown[:2]).shape == (2, 2 * 2 * 4)


@pytest.mark.parametrize("kind", ["fisher", "bag"])
def test_same_bits_for_any_number_of_jobs(kind, shown, request):
    fitted = request.getfixturevalue(kind)
    again = clone(fitted).set_params(n_jobs=2).fit(shown)
    np.testing.assert_array_equal(again.transform(shown), fitted.transform(shown))


def test_descriptions_stand_for_pictures(fisher, shown):
    described = describe(shown, parts=["cells"])
    np.testing.assert_array_equal(fisher.transform(described), fisher.transform(shown))
    np.testing.assert_array_equal(clone(fisher).fit(described).transform(shown[:2]), fisher.transform(shown[:2]))
    assert "cells" not in describe(shown[:1])[0].parts


def test_unreadable_pictures_are_missing_rows(fisher, shown, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    with pytest.warns(UnreadableImageWarning, match=r"1 of 3 .*broken.jpg"):
        rows = fisher.transform([shown[0], str(broken), shown[1]])
    assert np.isnan(rows).all(axis=1).tolist() == [False, True, False]
    assert fisher.failures_["position"].tolist() == [1]
    with pytest.raises(ImageError):
        clone(fisher).set_params(on_error="raise").fit([str(broken)])
    with pytest.warns(UnreadableImageWarning), pytest.raises(ValueError, match="nothing to learn from"):
        clone(fisher).fit([str(broken)])


def test_scikit_learns_manners(fisher, shown):
    assert clone(fisher).get_params() == fisher.get_params()
    framed = clone(fisher).set_output(transform="pandas").fit(shown).transform(shown[:2])
    assert list(framed.columns) == list(fisher.get_feature_names_out())
    with pytest.raises(TypeError, match="wrap it in a list"):
        fisher.transform("one.jpg")


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (FisherVector(0), "n_words"),
        (FisherVector(4, n_components=100), "n_components"),
        (FisherVector(4, colour_share=2), "colour_share"),
        (BagOfVisualWords(True), "n_words"),
        (BagOfVisualWords(4, pyramid="yes"), "pyramid"),
        (FisherVector(700, n_patches=600), "too few"),
    ],
)
def test_parameters_are_checked(transformer, message, shown):
    with pytest.raises(ValueError, match=message):
        transformer.fit(shown[:2])
