"""How the subject separates from its background, and what defocusing either does to it."""

from __future__ import annotations

import contextlib

import cv2
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture
from iaa_classic.features import depth_of_field as field
from iaa_classic.features import subject as general
from iaa_classic.features import subject_background as ground
from iaa_classic.features import subject_isolation as module
from iaa_classic.features.saliency import subject
from iaa_classic.features.subject_regions import background_means, detail, regions, relative_difference, subject_means

RANDOM = np.random.default_rng(13)
LAB = cv2.COLOR_RGB2Lab


def two_tone(inside, outside, height=320, width=480):
    """A square of one colour on a ground of another; the square covers a quarter of the width."""
    rgb = np.full((height, width, 3), outside, dtype=np.uint8)
    rgb[100:220, 180:300] = inside
    return Picture(rgb)


def lab(rgb):
    return cv2.cvtColor(np.array([[rgb]], dtype=np.float32) / 255, LAB)[0, 0].astype(float)


def luma(rgb):
    return float(np.dot(rgb, (0.299, 0.587, 0.114)) / 255)


PAIRS = [((220, 60, 40), (70, 90, 110)), ((240, 230, 40), (30, 40, 160)), ((20, 20, 20), (210, 205, 200))]


@pytest.mark.parametrize(("inside", "outside"), PAIRS)
def test_contrasts_of_two_even_colours(inside, outside):
    from skimage.color import deltaE_ciede2000

    picture = two_tone(inside, outside)
    assert regions(picture).found
    # the mask's outline may lie a pixel off, so a little of the ground counts as subject
    assert module.subject_colour_contrast(picture) == pytest.approx(deltaE_ciede2000(lab(inside), lab(outside)), rel=0.04)
    assert module.subject_outline_contrast(picture) == pytest.approx(np.linalg.norm(lab(inside) - lab(outside)), rel=0.2)
    expected = abs(np.log((luma(inside) + 1 / 255) / (luma(outside) + 1 / 255)))
    assert module.subject_lighting_contrast(picture) == pytest.approx(expected, rel=0.1)

    def saturation(rgb):
        return (max(rgb) - min(rgb)) / max(rgb)

    expected = saturation(inside) - saturation(outside)
    assert module.subject_saturation_contrast(picture) == pytest.approx(expected, abs=0.04)


def test_hue_contrast_is_the_angle_faded_by_grey():
    inside, outside = PAIRS[1]
    (_, a, b), (_, c, d) = lab(inside), lab(outside)
    angle = abs(np.degrees(np.arctan2(b, a) - np.arctan2(d, c)))
    chroma = min(np.hypot(a, b), np.hypot(c, d))
    expected = min(angle, 360 - angle) / 180 * chroma / (chroma + 10)
    assert module.subject_hue_contrast(two_tone(inside, outside)) == pytest.approx(expected, abs=0.02)
    assert module.subject_hue_contrast(two_tone((250, 250, 250), (10, 10, 10))) < 0.01


def test_margin_belongs_to_neither_region():
    masks = regions(two_tone(*PAIRS[0]))
    assert not (masks.subject & masks.background).any()
    neither = 1 - masks.subject - masks.background
    grown = cv2.dilate(masks.subject, np.ones((19, 19), np.uint8))
    np.testing.assert_array_equal(neither, grown - masks.subject)


def test_without_a_subject_all_is_background(degenerate):
    picture = Picture(degenerate["colour noise"])
    masks = regions(picture)
    assert masks.background.all()
    assert not masks.subject.any()
    assert subject_means(picture).luma == 0
    assert background_means(picture).luma == pytest.approx(float(picture.luma.mean()), rel=1e-4)
    assert background_means(picture).gradient == pytest.approx(float(picture.gradient.magnitude.mean()), rel=1e-4)


ISOLATION = (
    "clarity_contrast",
    "subject_sharpness",
    "subject_focus_contrast",
    "subject_sharpness_contrast",
    "subject_lighting_contrast",
    "subject_colour_contrast",
    "subject_saturation_contrast",
    "subject_hue_contrast",
    "subject_outline_contrast",
    "subject_isolation",
)


@pytest.mark.parametrize("name", ISOLATION)
def test_without_a_subject_there_is_no_isolation(name, degenerate):
    for kind in ("black", "mid-grey", "colour noise"):
        assert getattr(module, name)(Picture(degenerate[kind])) == 0


def test_detail_by_hand():
    rgb = np.zeros((256, 512, 3), dtype=np.uint8)
    rgb[128, 256] = 255
    local = detail(Picture(rgb))
    bell = np.exp(-(np.arange(-15, 16) ** 2) / 2)
    bell /= bell.sum()
    near = np.convolve(bell, np.ones(5) / 5, mode="same")
    wide = np.convolve(near, np.ones(13) / 13, mode="same")
    # A point is spread by each filter across and down alike, so that its planes are products.
    assert local.fine[128, 256] == pytest.approx(bell[15] ** 2 - near[15] ** 2 - 1 / 255, abs=1e-3)
    assert local.fine[128, 258] == pytest.approx(abs(bell[15] * bell[17] - near[15] * near[17]) - 1 / 255, abs=1e-3)
    assert local.coarse[128, 256] == pytest.approx(near[15] ** 2 - wide[15] ** 2 - 1 / 255, abs=1e-3)
    assert local.fine[60, 60] == local.coarse[60, 60] == 0


def test_relative_difference():
    assert relative_difference(3, 1) == 0.5
    assert relative_difference(0, 0) == 0
    assert relative_difference(0, 2) == -1


def test_simplicity_counts_bins():
    colours = [(8 + 16 * k, 8, 248) for k in range(5)]
    rgb = np.zeros((400, 500, 3), dtype=np.uint8)
    for k, colour in enumerate(colours):
        rgb[:, k * 100 : (k + 1) * 100] = colour
    picture = Picture(np.ascontiguousarray(cv2.resize(rgb, (512, 410), interpolation=cv2.INTER_NEAREST)))
    if not regions(picture).found:
        assert ground.background_simplicity(picture) == pytest.approx(100 * 5 / 4096)
    assert ground.background_simplicity(two_tone(*PAIRS[0])) == pytest.approx(100 / 4096)
    assert ground.background_entropy(two_tone(*PAIRS[0])) == 0


def test_edge_density_of_a_step():
    rgb = np.zeros((512, 512, 3), dtype=np.uint8)
    rgb[:, 256:] = 255
    picture = Picture(rgb)
    assert not subject(picture).found
    assert ground.background_edge_density(picture) == pytest.approx(2 / 512)
    assert ground.background_entropy(picture) == pytest.approx(1)


def test_clutter_counts_segments():
    assert ground.background_clutter(two_tone(*PAIRS[0])) < 1e-3
    noise = Picture(RANDOM.integers(0, 256, (160, 160, 3), dtype=np.uint8))
    assert ground.background_clutter(noise) > 0.3
    stripes = np.zeros((320, 320, 3), dtype=np.uint8)
    stripes[:, ::20] = stripes[:, 1::20] = stripes[:, 2::20] = stripes[:, 3::20] = (90, 90, 90)
    picture = Picture(stripes)
    if not regions(picture).found:
        assert ground.background_clutter(picture) < 0.01


def test_complexity_contrast_tells_a_rich_subject_from_a_busy_ground():
    noise = RANDOM.integers(0, 120, (320, 480, 1), dtype=np.uint8)
    noise = cv2.resize(cv2.resize(noise, (160, 107)), (480, 320), interpolation=cv2.INTER_NEAREST)[..., None]
    inside = np.zeros((320, 480, 1), dtype=bool)
    inside[100:220, 180:300] = True
    plain = np.where(inside, np.array((230, 40, 40), np.uint8), np.array((20, 60, 130), np.uint8))
    rich = np.where(inside, plain - np.minimum(noise, plain), plain)
    busy = np.where(inside, plain, plain + noise)
    assert regions(Picture(rich)).found
    assert regions(Picture(busy)).found
    assert ground.subject_complexity_contrast(Picture(rich)) > 0.5
    assert ground.subject_complexity_contrast(Picture(busy)) < -0.5


def test_clarity_contrast_follows_the_published_formula(photographs):
    picture = Picture(photographs["coffee"])
    found = subject(picture)
    assert found.found
    half = cv2.resize(picture.luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    height, width = half.shape
    left, top, right, bottom = found.box
    part = half[int(top * height) : round(bottom * height), int(left * width) : round(right * width)]

    def share(plane):
        amplitude = np.abs(np.fft.fft2(plane - plane.mean()))
        return (amplitude > 0.2 * amplitude.max()).mean()

    assert module.clarity_contrast(picture) == pytest.approx(np.log2(share(part) / share(half)), abs=0.1)


def test_isolation_is_the_mean_of_its_parts(photographs):
    picture = Picture(photographs["coffee"])
    colour = module.subject_colour_contrast(picture)
    parts = (
        (1 + module.subject_focus_contrast(picture)) / 2,
        colour / (colour + 20),
        general.subject_distinctness(picture),
        0.006 / (0.006 + background_means(picture).fine),
    )
    assert subject(picture).trust > 0
    assert module.subject_isolation(picture) == pytest.approx(subject(picture).trust * np.mean(parts))


def blend(inside, outside, mask):
    """``inside`` where the mask is, ``outside`` elsewhere."""
    weight = cv2.resize(mask.astype(np.float32), inside.shape[1::-1])[..., None]
    return np.rint(inside * weight + outside * (1 - weight)).astype(np.uint8)


@pytest.fixture(scope="module")
def defocused(photographs, request):
    """Photographs with a subject: as they are, with the background defocused, and with the subject defocused."""
    everything = dict(photographs)
    with contextlib.suppress(pytest.skip.Exception):
        everything |= request.getfixturevalue("kodak") | request.getfixturevalue("wallpapers")
    cases = []
    for rgb in everything.values():
        found = subject(Picture(rgb))
        if found.found:
            soft = degradations.defocus(rgb, 8)
            cases.append([Picture(p) for p in (rgb, blend(rgb, soft, found.mask), blend(soft, rgb, found.mask))])
    assert len(cases) >= 4
    return cases


def enough(moves, share):
    """At least ``share`` of a collection; of the handful of shipped photographs, where one is more than 5 %, all but one."""
    return np.mean(moves) >= share if len(moves) >= 20 else sum(moves) >= len(moves) - 1


RISE_BEFORE_A_BLURRED_GROUND = {
    module.subject_focus_contrast: 0.99,
    module.subject_sharpness_contrast: 0.95,
    module.subject_isolation: 0.95,
    field.subject_clear_surplus: 0.95,
    general.saliency_agreement: 0.95,
}


@pytest.mark.parametrize("measure", RISE_BEFORE_A_BLURRED_GROUND, ids=lambda function: function.__name__)
def test_isolation_rises_when_the_background_is_defocused(measure, defocused):
    rises = [measure(ground_soft) > measure(plain) for plain, ground_soft, _ in defocused]
    assert enough(rises, RISE_BEFORE_A_BLURRED_GROUND[measure])


FALL_WITH_A_BLURRED_SUBJECT = (
    module.subject_sharpness,
    module.subject_focus_contrast,
    module.subject_sharpness_contrast,
    field.subject_clear_surplus,
)


@pytest.mark.parametrize("measure", FALL_WITH_A_BLURRED_SUBJECT, ids=lambda function: function.__name__)
def test_sharpness_contrast_falls_when_the_subject_is_defocused(measure, defocused):
    falls = [measure(subject_soft) < measure(plain) for plain, _, subject_soft in defocused]
    assert enough(falls, 0.95)


QUIET = (ground.background_focus, ground.background_edge_density)


@pytest.mark.parametrize("measure", QUIET, ids=lambda function: function.__name__)
def test_a_defocused_background_is_quieter(measure, defocused):
    """Within the mask of the picture as it was: blur may also move what is taken for the subject."""
    falls = []
    for plain, ground_soft, _ in defocused:
        held = Picture(ground_soft.native)
        held._shared[subject.__wrapped__] = subject(plain)
        falls.append(measure(held) <= measure(plain))
    assert enough(falls, 0.95)


def test_blur_clears_the_clutter(defocused):
    falls = []
    for plain, _, _ in defocused:
        held = Picture(degradations.defocus(plain.native, 20))
        held._shared[subject.__wrapped__] = subject(plain)
        falls.append(ground.background_clutter(held) < ground.background_clutter(plain))
    assert enough(falls, 0.95)


EVERY = (*(getattr(module, name) for name in ISOLATION if name != "clarity_contrast"), *QUIET)
OTHERS = (ground.background_entropy, ground.background_clutter, ground.subject_complexity_contrast)


@pytest.mark.parametrize("measure", [*EVERY, *OTHERS], ids=lambda function: function.__name__)
def test_size_compression_and_mirror_change_little(measure, wallpapers):
    scale = {"subject_colour_contrast": 130, "subject_outline_contrast": 260, "background_entropy": 6}
    scale["subject_lighting_contrast"] = 5.55
    limit = 0.05 * scale.get(measure.__name__, 1)
    stays = []
    for rgb in wallpapers.values():
        value = measure(Picture(rgb))
        smaller = cv2.resize(rgb, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        mirrored = np.ascontiguousarray(rgb[:, ::-1])
        stays += [abs(measure(Picture(other)) - value) for other in (smaller, degradations.jpeg(rgb, 92), mirrored)]
    assert np.mean(np.array(stays) <= limit) >= 0.95


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (1, 7), (6, 1), (7, 1), (2, 2), (6, 9), (9, 6), (8, 10), (11, 13)])
def test_spectrum_holds_every_coefficient(shape):
    plane = np.random.default_rng(5).normal(size=shape).astype(np.float32)
    power, times = module._spectrum(plane)
    expected = np.abs(np.fft.fft2(plane)) ** 2
    assert times.sum() == plane.size
    np.testing.assert_allclose(np.sort(np.repeat(power, times)), np.sort(expected.ravel()), rtol=1e-3, atol=1e-5)
