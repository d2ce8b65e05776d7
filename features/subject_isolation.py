"""Features of the criterion ``subject`` that measure how the subject separates from the background.

All are 0 where no subject is found, and count in part where there is one in doubt (see ``saliency.Subject.trust``).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .picture import FloatPlane, Picture, shared, shrunk
from .saliency import subject
from .subject_regions import background_means, focus_share, regions, relative_difference, subject_means

QUIET = 0.006
"""Mean fine detail of the luma at which a background counts as half quiet; about the median of photographs."""


@shared
def _half_luma(picture: Picture) -> FloatPlane:
    height, width = picture.luma.shape
    size = (max(1, round(width / 2)), max(1, round(height / 2)))
    return shrunk(picture.luma, size[1], size[0])


def _clear_frequencies(plane: FloatPlane) -> float:
    """Share of Fourier coefficients, the mean aside, above a fifth of the largest."""
    power, times = _spectrum(plane - plane.mean())
    peak = float(power.max())
    return float(times[power > 0.2**2 * peak].sum()) / plane.size if peak > 1e-6 else 0.0


def _spectrum(plane: FloatPlane) -> tuple[FloatPlane, NDArray[np.int64]]:
    """Squared moduli of Fourier coefficients, one of each pair that are conjugates, and how often each stands (1 or 2)."""
    height, width = plane.shape
    packed = cv2.dft(np.ascontiguousarray(plane))
    # OpenCV packs the halves: first column (and last, of an even width) in pairs downwards, all others in pairs across.
    across, down = (width - 1) // 2, (height - 1) // 2
    inner = packed[:, 1 : 1 + 2 * across].reshape(-1, 2)
    ends = packed[:, [0, -1]] if width % 2 == 0 else packed[:, :1]
    outer = ends[1 : 1 + 2 * down].reshape(down, 2, ends.shape[1])
    single = ends[[0, -1]] if height % 2 == 0 else ends[:1]
    power = [inner[:, 0] ** 2 + inner[:, 1] ** 2, (outer[:, 0] ** 2 + outer[:, 1] ** 2).ravel(), (single**2).ravel()]
    return np.concatenate(power), np.repeat([2, 2, 1], [part.size for part in power])


@feature(
    criterion="subject",
    label="clarity contrast",
    unit="log2 of a ratio",
    range=(-16, 16),
    direction="neutral",
    reference="Luo & Tang 2008, clarity contrast f_c",
    version=3,
    falls_with="more subjects",
)
def clarity_contrast(picture: Picture) -> float:
    r"""Luo and Tang's clarity of the subject's box against that of the frame, as a logarithm.

    .. math:: f_c = \log_2 \frac{|M_R| / |R|}{|M_I| / |I|}, \quad M_X = \{(u, v) : |F_X| > 0.2 \max |F_X|\}

    with F_X the Fourier transform of the region's luma less its mean. Scripts in circulation transform the whole frame
    with the background painted black instead, which measures the outline. As published it mostly tells how few
    frequencies dominate a small box, and it hardly notices defocus: blurring subject or background seldom moves it the
    way its name says. For focus see ``subject_focus_contrast``. 0 if either region is flat.
    """
    found = subject(picture)
    if not found.found:
        return 0.0
    luma = _half_luma(picture)
    height, width = luma.shape
    left, top, right, bottom = found.box
    rows = slice(round(top * height), max(round(top * height) + 1, round(bottom * height)))
    columns = slice(round(left * width), max(round(left * width) + 1, round(right * width)))
    region, frame = _clear_frequencies(np.ascontiguousarray(luma[rows, columns])), _clear_frequencies(luma)
    return found.trust * float(np.clip(np.log2(region / frame), -16, 16)) if region > 0 and frame > 0 else 0.0


@feature(
    criterion="subject",
    label="sharpness of the subject",
    unit="share of detail",
    range=(0, 1),
    direction="higher",
    reference="after Crete et al. 2007 and Luo & Tang 2008",
    version=3,
    falls_with="softer subject",
)
def subject_sharpness(picture: Picture) -> float:
    """Fine detail of the subject (about 3 pixels) over its fine and coarse detail (about 6 pixels).

    About 0.2-0.35 where sharp, below 0.12 where out of focus, whatever the contrast; 0 without a subject or detail.
    """
    return regions(picture).trust * focus_share(subject_means(picture))


@feature(
    criterion="subject",
    label="focus of the subject over the background",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="after Luo & Tang 2008, clarity contrast",
    version=3,
    falls_with="lines to the subject",
)
def subject_focus_contrast(picture: Picture) -> float:
    """Relative difference (s - b) / (s + b) of the focus shares of subject and background.

    Compares blur and not contrast: towards 1 for a sharp subject on a defocused ground, negative where the focus
    missed.
    """
    if not regions(picture).found:
        return 0.0
    focus = relative_difference(focus_share(subject_means(picture)), focus_share(background_means(picture)))
    return regions(picture).trust * focus


@feature(
    criterion="subject",
    label="fine detail of the subject against the background",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="after Wong & Low 2009, sharpness of salient region and background",
    version=3,
    falls_with="lines to the subject",
)
def subject_sharpness_contrast(picture: Picture) -> float:
    """Relative difference (s - b) / (s + b) of the mean fine detail of subject and background."""
    if not regions(picture).found:
        return 0.0
    return regions(picture).trust * relative_difference(subject_means(picture).fine, background_means(picture).fine)


@feature(
    criterion="subject",
    label="lighting contrast of the subject",
    unit="natural log of a ratio",
    range=(0, 5.55),
    direction="neutral",
    reference="Luo & Tang 2008, lighting contrast f_l",
    version=3,
    rises_with="spotlight",
)
def subject_lighting_contrast(picture: Picture) -> float:
    """|ln(B_s / B_b)| of the mean luma of subject and background, each raised by 1/255 to stay defined at black."""
    if not regions(picture).found:
        return 0.0
    inside, outside = subject_means(picture).luma, background_means(picture).luma
    return regions(picture).trust * float(min(5.55, abs(np.log((inside + 1 / 255) / (outside + 1 / 255)))))


@feature(
    criterion="subject",
    label="colour contrast of the subject",
    unit="CIEDE2000",
    range=(0, 130),
    direction="neutral",
    reference="CIE 142-2001; Wong & Low 2009",
    version=3,
    falls_with="duller subject",
)
def subject_colour_contrast(picture: Picture) -> float:
    """CIEDE2000 difference between the mean Lab colours of subject and background."""
    if not regions(picture).found:
        return 0.0
    from skimage.color import deltaE_ciede2000

    difference = float(deltaE_ciede2000(subject_means(picture).lab, background_means(picture).lab))
    return regions(picture).trust * max(0.0, min(130.0, difference))


@feature(
    criterion="subject",
    label="saturation contrast of the subject",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="Wong & Low 2009, saturation of salient region and background",
    version=3,
    falls_with="duller subject",
)
def subject_saturation_contrast(picture: Picture) -> float:
    """Mean HSV saturation of the subject less that of the background: positive for a colourful one on a dull ground."""
    if not regions(picture).found:
        return 0.0
    difference = subject_means(picture).saturation - background_means(picture).saturation
    return regions(picture).trust * max(-1.0, min(1.0, difference))


@feature(
    criterion="subject",
    label="hue contrast of the subject",
    unit="share of a half circle",
    range=(0, 1),
    direction="neutral",
    reference="after Luo, Wang & Tang 2011 and Itten's contrast of hue",
    version=3,
    rises_with="painted sky",
)
def subject_hue_contrast(picture: Picture) -> float:
    r"""Angle between the mean (a*, b*) of subject and background, in half circles, faded out towards grey.

    .. math:: f = \frac{|\Delta h|}{180} \cdot \frac{c}{c + 10}, \quad c = \min(C_s, C_b)

    with C the length of the mean (a*, b*). 1 for strong complementary colours, 0 where either side is grey on average.
    """
    if not regions(picture).found:
        return 0.0
    (_, a, b), (_, other_a, other_b) = subject_means(picture).lab, background_means(picture).lab
    chroma = min(np.hypot(a, b), np.hypot(other_a, other_b))
    angle = abs(np.arctan2(a * other_b - b * other_a, a * other_a + b * other_b)) / np.pi
    return regions(picture).trust * float(np.clip(angle * chroma / (chroma + 10), 0, 1))


@feature(
    criterion="subject",
    label="contrast along the subject's outline",
    unit="Lab units",
    range=(0, 260),
    direction="neutral",
    reference="after Wong & Low 2009: local contrast of salient region and surround",
    version=3,
    falls_with="duller subject",
)
def subject_outline_contrast(picture: Picture) -> float:
    """CIE76 distance between the mean colours of bands of 10 pixels inside and outside the subject's outline."""
    if not regions(picture).found:
        return 0.0
    inside = regions(picture).subject
    brush = np.ones((21, 21), np.uint8)
    inner = inside - cv2.erode(inside, brush, borderType=cv2.BORDER_REPLICATE)
    outer = cv2.dilate(inside, brush) - inside
    difference = np.subtract(cv2.mean(picture.lab, inner)[:3], cv2.mean(picture.lab, outer)[:3])
    return regions(picture).trust * float(np.clip(np.linalg.norm(difference), 0, 260))


@feature(
    criterion="subject",
    label="isolation of the subject",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="after Luo & Tang 2008: clarity, colour and simplicity together",
    version=3,
    rises_with="spotlight",
)
def subject_isolation(picture: Picture) -> float:
    """Mean of four ways to stand apart, each in [0, 1]: in focus, in colour, in outline, and before a quiet background.

    Focus: (1 + ``subject_focus_contrast``) / 2. Colour: E / (E + 20) with E the ``subject_colour_contrast``. Outline:
    the ``subject_distinctness``. Quiet: 0.006 / (0.006 + d) with d the background's mean fine detail. 0 without a
    subject.
    """
    if not regions(picture).found:
        return 0.0
    focus = (1 + subject_focus_contrast(picture)) / 2
    colour = subject_colour_contrast(picture)
    quiet = QUIET / (QUIET + background_means(picture).fine)
    return regions(picture).trust * (focus + colour / (colour + 20) + subject(picture).distinctness + quiet) / 4
