"""Each value against one worked out by hand, and what leaving a picture out means."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.features import Picture
from iaa_classic.representations import (
    ColourNeighbours,
    EdgeTemplate,
    Familiarity,
    LearnedHarmony,
    ReferenceFeatures,
    SpectrumNovelty,
    descriptors,
)
from iaa_classic.representations.base import rating_classes

ALL = [
    EdgeTemplate(),
    ColourNeighbours(3),
    LearnedHarmony(),
    Familiarity((2, 5)),
    SpectrumNovelty(),
    ReferenceFeatures(n_neighbors=3, counts=(2, 5)),
]
FLAT_GREYS_APART = 2 / 13 * (1 + 4 / np.sqrt(2) + 4 / np.sqrt(3))
"""Distance of two flat greys per unit of L*: the 13 directions make angles of 0, 45, 54.7 and 90 degrees with its axis."""


def line(column: int) -> np.ndarray:
    """A bright line two pixels wide on dark ground, at the working scale."""
    rgb = np.full((512, 512, 3), 50, dtype=np.uint8)
    rgb[:, column : column + 2] = 250
    return rgb


def test_edge_template_of_lines():
    # Each map is even but for one line; the even part is 250 of a total of 250 + e, in codes.
    energy = 4 * 200 / 5.12 * 100
    overlap = 250 / (250 + energy)
    high, low, other = line(100), line(400), line(250)
    template = EdgeTemplate().fit([high, high, low, low], [1, 1, 0, 0])
    values = template.transform([high, low, other])["ke_edge_template"]
    assert values.tolist() == pytest.approx([2 * (1 - overlap), -2 * (1 - overlap), 0], abs=0.01)


def test_edge_template_is_the_difference_of_l1_distances(crops):
    good, bad = crops[:9], crops[9:20]
    maps = [np.array([descriptors.edges(Picture(rgb)) for rgb in some], dtype=float) for some in (good, bad, crops[20:])]
    expected = [np.abs(own - maps[1].mean(0)).sum() - np.abs(own - maps[0].mean(0)).sum() for own in maps[2]]
    template = EdgeTemplate().fit(good + bad, [1] * 9 + [0] * 11)
    np.testing.assert_allclose(template.transform(crops[20:])["ke_edge_template"], expected, atol=1e-6)


def halves(flat, left: tuple[int, int, int], share: float) -> np.ndarray:
    """A picture of which ``share`` has one colour and the rest is black."""
    rgb = flat(0, 0, 0, height=64, width=512)
    rgb[:, : round(512 * share)] = left
    return rgb


def test_colour_neighbours_of_mixtures(flat):
    # Blue shares of 0 to 1; the L1 distance of two histograms is twice the difference of the shares.
    blue = (0, 0, 255)
    collection = [halves(flat, blue, share) for share in (0, 0.125, 0.25, 0.5, 0.75, 1)]
    y = [1, 1, 0, 1, 0, 0]
    near = [halves(flat, blue, 0.0625), halves(flat, blue, 0.9)]
    assert ColourNeighbours(1).fit(collection, y).transform(near)["ke_colour_neighbours"].tolist() == [1, -1]
    # 0.0625: nearest are 0 and 0.125 (both high), then 0.25 (low). 0.9: 1 (low), 0.75 (low), 0.5 (high).
    assert ColourNeighbours(3).fit(collection, y).transform(near)["ke_colour_neighbours"].tolist() == [1, -1]
    assert ColourNeighbours(2).fit(collection, y).transform(near)["ke_colour_neighbours"].tolist() == [2, -2]


def test_equally_near_neighbours_share_the_last_places(flat):
    collection = [flat(0, 0, 255), flat(0, 255, 0), flat(255, 0, 0), flat(255, 255, 0)]
    near = [flat(0, 0, 255), flat(0, 255, 255)]
    y = [1, 1, 1, 0]
    # The first is its own nearest; the other three, of which one is low, share one place. The second is unlike all four.
    assert ColourNeighbours(2).fit(collection, y).transform(near)["ke_colour_neighbours"].tolist() == pytest.approx([4 / 3, 1])
    backwards = ColourNeighbours(2).fit(collection[::-1], y[::-1])
    assert backwards.transform(near)["ke_colour_neighbours"].tolist() == pytest.approx([4 / 3, 1])


def test_the_middle_third_has_no_vote(flat):
    collection = [halves(flat, (0, 0, 255), share) for share in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    neighbours = ColourNeighbours(1, class_share=1 / 3).fit(collection, [6, 7, 4, 3, 1, 2])
    assert neighbours.standing_.tolist() == [1, 1, -1, -1]
    values = neighbours.transform([halves(flat, (0, 0, 255), share) for share in (0.45, 0.55)])["ke_colour_neighbours"]
    assert values.tolist() == [1, -1]


def test_familiarity_of_greys(flat):
    from skimage.color import rgb2lab

    greys = np.array([20, 60, 100, 140, 200])
    lightness = [float(rgb2lab(np.full((1, 1, 3), grey, dtype=np.uint8))[0, 0, 0]) for grey in greys]
    apart = np.abs(np.subtract.outer(lightness, lightness)) * FLAT_GREYS_APART
    table = Familiarity((1, 3)).fit_transform([flat(grey, grey, grey) for grey in greys])
    nearest = np.sort(apart + np.diag(np.full(5, np.inf)), axis=1)
    np.testing.assert_allclose(table["datta_familiarity_1"], nearest[:, 0], rtol=0.01)  # OpenCV tabulates CIELAB
    np.testing.assert_allclose(table["datta_familiarity_3"], nearest[:, :3].mean(axis=1), rtol=0.01)  # OpenCV tabulates CIELAB


def test_familiarity_is_about_the_colour_difference(flat):
    from skimage.color import rgb2lab

    colours = [(255, 0, 0), (0, 255, 0), (30, 40, 200), (250, 240, 100), (90, 30, 120)]
    first, *others = (rgb2lab(np.array([[colour]], dtype=np.uint8))[0, 0] for colour in colours)
    for colour, other in zip(colours[1:], others, strict=True):
        value = Familiarity((1,)).fit([flat(*colours[0])]).transform([flat(*colour)])["datta_familiarity_1"][0]
        assert value == pytest.approx(np.linalg.norm(first - other), rel=0.08)


def test_learned_harmony_of_greys(flat):
    # Grey: no hue; saturation 0 in all, with as many high as low pictures, says nothing. Value class a is only in high ones.
    bright, dark = flat(200, 200, 200), flat(60, 60, 60)
    harmony = LearnedHarmony().fit([bright, bright, bright, dark, dark, dark], [1, 1, 1, 0, 0, 0])
    values = harmony.transform([bright, dark, flat(130, 130, 130)])["luo_learned_harmony"]
    ratio = np.log((3 + 1 / 2500) / (1 / 2500))
    assert values.tolist() == pytest.approx([ratio, -ratio, 0])


def test_learned_harmony_looks_at_pairs(flat):
    def pair(one: int, other: int) -> np.ndarray:
        rgb = flat(one, one, one, height=64, width=512)
        rgb[:, 256:] = other
        return rgb

    # High pictures hold 40 with 120, or 80 with 200; low ones the same greys in other pairs: single shares cannot tell.
    high, low = [pair(40, 120), pair(80, 200)], [pair(40, 200), pair(80, 120)]
    harmony = LearnedHarmony().fit(high + low, [1, 1, 0, 0])
    # In each picture a quarter of the pairs is each of aa, bb, ab, ba; ab and ba are in one class of pictures only.
    seen, unseen = (1 / 4 + 1 / 2500) / 3, (1 / 2500) / 3
    ratio = 2 / 4 * np.log(seen / unseen)
    values = harmony.transform(high + low)["luo_learned_harmony"]
    assert values.tolist() == pytest.approx([ratio, ratio, -ratio, -ratio])


def test_spectrum_novelty_against_flat_pictures_is_contrast(flat, photographs):
    import cv2

    novelty = SpectrumNovelty().fit([flat(10, 20, 30), flat(255, 255, 255)])
    for rgb, value in zip(photographs.values(), novelty.transform(list(photographs.values()))["spectrum_novelty"], strict=True):
        small = cv2.resize(Picture(rgb).luma, (64, 64), interpolation=cv2.INTER_AREA)
        assert value == pytest.approx(small.std(), rel=1e-4)


def test_spectrum_novelty_is_the_distance_to_the_mean(crops):
    spectra = np.array([descriptors.spectrum(Picture(rgb)) for rgb in crops], dtype=float)
    values = SpectrumNovelty().fit(crops[:30]).transform(crops[30:])["spectrum_novelty"]
    np.testing.assert_allclose(values, np.linalg.norm(spectra[30:] - spectra[:30].mean(0), axis=1), rtol=1e-5)


@pytest.mark.parametrize("transformer", ALL, ids=lambda one: type(one).__name__)
def test_each_row_of_fit_transform_is_measured_against_the_others(transformer, described, ratings):
    good = (ratings > 5).astype(int)
    table = transformer.fit_transform(described, good)
    for row in (0, 7, 20, 35):
        others = np.delete(np.arange(36), row)
        alone = transformer.fit(described.iloc[others], good[others]).transform(described.iloc[[row]])
        np.testing.assert_allclose(table.iloc[[row]], alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("transformer", ALL, ids=lambda one: type(one).__name__)
def test_a_group_is_left_out_as_one(transformer, described, ratings, themes):
    good = (ratings > 5).astype(int)
    table = transformer.fit_transform(described, good, groups=themes)
    for theme in np.unique(themes):
        own = themes == theme
        alone = transformer.fit(described[~own], good[~own]).transform(described[own])
        np.testing.assert_allclose(table[own], alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("transformer", ALL, ids=lambda one: type(one).__name__)
def test_a_picture_s_own_rating_does_not_reach_its_row(transformer, described, ratings):
    good = (ratings > 5).astype(int)
    table = transformer.fit_transform(described, good)
    for row in (0, 7, 20, 35):
        changed = good.copy()
        changed[row] = 1 - good[row]
        again = transformer.fit_transform(described, changed)
        np.testing.assert_allclose(again.iloc[row], table.iloc[row], rtol=1e-9, atol=1e-9)


def test_other_ratings_do_reach_it(described, ratings):
    good = (ratings > 5).astype(int)
    transformer = ReferenceFeatures(n_neighbors=3, counts=(2, 5))
    table, turned = transformer.fit_transform(described, good), transformer.fit_transform(described, 1 - good)
    rated = ["ke_edge_template", "ke_colour_neighbours", "luo_learned_harmony"]
    np.testing.assert_allclose(turned[rated], -table[rated], atol=1e-9)
    unrated = table.columns.difference(rated)
    np.testing.assert_array_equal(turned[unrated], table[unrated])


def test_transform_finds_a_picture_of_the_collection_itself(described, ratings):
    familiarity = Familiarity((1,)).fit(described)
    assert familiarity.transform(described).to_numpy().max() == 0
    assert familiarity.fit_transform(described).to_numpy().min() > 0


@pytest.mark.parametrize("transformer", ALL, ids=lambda one: type(one).__name__)
def test_the_order_of_the_collection_does_not_matter(transformer, described, ratings):
    order = np.random.default_rng(0).permutation(36)
    table = transformer.fit_transform(described, ratings)
    shuffled = transformer.fit_transform(described.iloc[order], ratings[order])
    np.testing.assert_allclose(shuffled.loc[table.index], table, rtol=1e-9, atol=1e-9)


def test_halves_may_be_the_classes():
    """Of six distinct ratings three are high and three are low; of five the middle one is both, and is refused."""
    assert rating_classes(np.array([6.0, 1, 5, 2, 4, 3]), 0.5).tolist() == [1, -1, 1, -1, 1, -1]
    with pytest.raises(ValueError, match="overlap"):
        rating_classes(np.array([5.0, 1, 4, 2, 3]), 0.5)
