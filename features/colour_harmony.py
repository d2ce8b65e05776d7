"""Colour harmony: hue templates on the colour wheel, and models of two-colour harmony on the palette.

Symbols: h is hue in degrees; w(h) the picture's saturation per degree of hue, with saturation S of HSV (below V = 0.1
chroma over 0.1, since the hue of near-black is noise); W the sum of w; n the number of pixels.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .colour_histogram import Values, histograms
from .colour_palette import palette
from .picture import Picture, shared

TEMPLATES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "i": (((0, 18),),),
    "I": (((0, 18), (180, 18)),),
    "V": (((0, 93.6),),),
    "L": (((0, 18), (90, 79.2)), ((0, 18), (-90, 79.2))),
    "Y": (((0, 93.6), (180, 18)),),
    "T": (((0, 180),),),
    "X": (((0, 93.6), (180, 93.6)),),
}
"""Matsuda's templates from narrow to wide: sectors (centre, width) in degrees of hue, one tuple per mirror form."""

GREY_SHARE = 0.02
"""Saturation per pixel that counts as harmonious, so that the faint hues of a grey picture weigh little."""

TOLERANCE = 5.0
"""Degrees of deviation up to which a template is taken to fit."""


class Fit(dict[str, float]):
    """Deviation in degrees per unit of saturation at the best rotation, by template."""


def sector_distance(sectors: tuple[tuple[float, float], ...]) -> Values:
    """Degrees from each whole degree of hue to the nearest border of a template at rotation 0, (360,); 0 inside."""
    hue = np.arange(360.0)
    arcs = [np.abs((hue - centre + 180) % 360 - 180) - width / 2 for centre, width in sectors]
    return np.maximum(np.min(arcs, axis=0), 0.0)


@functools.cache
def _spectra() -> tuple[tuple[str, ...], NDArray[np.complex128], Values]:
    """Name, conjugate spectrum and mean of the distance kernel of every form of every template."""
    names = tuple(name for name, forms in TEMPLATES.items() for _ in forms)
    kernels = np.array([sector_distance(form) for forms in TEMPLATES.values() for form in forms])
    return names, np.conj(np.fft.rfft(kernels)), kernels.mean(axis=1)


def uniform_deviation(name: str) -> float:
    """Deviation of a picture that holds every hue equally, the largest there is."""
    names, _, means = _spectra()
    return float(means[names.index(name)])


class PlacedTemplate(NamedTuple):
    """A template where it fits: its sectors as (centre, width) in degrees of hue, and the deviation in degrees."""

    name: str
    sectors: tuple[tuple[float, float], ...]
    deviation: float


@shared
def _energies(picture: Picture) -> Values:
    """Energy of every form of every template at every whole degree of rotation, (forms, 360)."""
    return np.asarray(np.fft.irfft(np.fft.rfft(histograms(picture).hues) * _spectra()[1], n=360))


def best_template(picture: Picture) -> PlacedTemplate:
    """The template of ``hue_disharmony``, at the rotation that suits the picture best."""
    fit = template_fit(picture)
    best = min(fit, key=lambda name: fit[name] / uniform_deviation(name))
    forms = [form for form, name in enumerate(_spectra()[0]) if name == best]
    energies = _energies(picture)[forms]
    form, rotation = np.unravel_index(int(np.argmin(energies)), energies.shape)
    sectors = tuple(((centre + float(rotation)) % 360, width) for centre, width in TEMPLATES[best][int(form)])
    return PlacedTemplate(best, sectors, fit[best])


@shared
def template_fit(picture: Picture) -> Fit:
    """Deviation of the picture's hues from each template, at the rotation that suits it best.

    F_m = min over rotations a of sum_h w(h) d(h - a, m) / (W + ``GREY_SHARE`` n), by one circular convolution.
    """
    counted = histograms(picture)
    names, energies = _spectra()[0], _energies(picture)
    least = np.maximum(energies.min(axis=1), 0.0) / (counted.hues.sum() + GREY_SHARE * counted.pixels)
    fit = Fit()
    for name, value in zip(names, least, strict=True):
        fit[name] = min(fit.get(name, np.inf), float(value))
    return fit


@family(
    {
        "template_small_i_deviation": "hues away from one narrow band",
        "template_capital_i_deviation": "hues away from two opposite narrow bands",
        "template_v_deviation": "hues away from a quarter of the colour wheel",
        "template_l_deviation": "hues away from a right angle on the colour wheel",
        "template_y_deviation": "hues away from a quarter of the wheel and its opposite",
        "template_t_deviation": "hues away from one half of the colour wheel",
        "template_x_deviation": "hues away from two opposite quarters of the wheel",
    },
    criterion="colour",
    unit="degrees",
    range=(0, 81.3),
    direction="neutral",
    reference="Cohen-Or et al. 2006, Color harmonization, eq. 1-3; templates of Matsuda 1995",
    rises_with="all hues",
)
def hue_templates(picture: Picture) -> list[float]:
    """Saturation-weighted mean arc from the picture's hues to each hue template, at the template's best rotation.

    Templates in degrees, as (centre, width): i (0, 18); I (0, 18), (180, 18); V (0, 93.6); L (0, 18), (+-90, 79.2); Y
    (0, 93.6), (180, 18); T (0, 180); X (0, 93.6), (180, 93.6). The arc is 0 inside a sector, else the way to its
    nearest border. Cohen-Or's energy is divided by the picture's saturation, plus 0.02 per pixel so that a grey
    picture (Matsuda's template N) deviates by 0. 0: every hue fits. A picture that holds every hue equally is the
    worst, with 81 (i), 36 (I), 49 (V), 35 (L), 21 (Y), 23 (T), 10 (X). Black, white and grey: 0.
    """
    fit = template_fit(picture)
    return [fit[name] for name in ("i", "I", "V", "L", "Y", "T", "X")]


@feature(
    criterion="colour",
    label="disharmony of hues",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Cohen-Or et al. 2006, eq. 3, each template's energy relative to that of a picture with every hue",
    rises_with="all hues",
)
def hue_disharmony(picture: Picture) -> float:
    """Energy of the harmonic template that fits best, relative to the energy of evenly spread hues.

    min over templates m of F_m / U_m, with F_m of ``hue_templates`` and U_m its value when every hue is held equally,
    so that wide templates have no advantage by width alone. 0: some template holds every hue, or the picture is grey;
    1: every hue is held equally.
    """
    return min(1.0, min(value / uniform_deviation(name) for name, value in template_fit(picture).items()))


@feature(
    criterion="colour",
    label="width of the narrowest fitting hue template",
    unit="degrees",
    range=(0, 360),
    direction="neutral",
    reference="Cohen-Or et al. 2006, templates; the rule is the project's",
    rises_with="all hues",
)
def template_width(picture: Picture) -> float:
    """Total width of the narrowest hue template from which the picture deviates by no more than 5 degrees.

    Templates from narrow to wide: i 18, I 36, V 93.6, L 97.2, Y 111.6, T 180, X 187.2 degrees; 360 where none fits.
    Between one template and the next the width is interpolated over deviations of 4 to 6 degrees, so that it does not
    jump. A picture without hue (mean saturation under 0.001) has width 0, template N.
    """
    counted = histograms(picture)
    if counted.hues.sum() < 0.001 * counted.pixels:
        return 0.0
    width = 360.0
    fit = template_fit(picture)
    for name in sorted(TEMPLATES, key=_width, reverse=True):
        fits = float(np.clip((TOLERANCE + 1 - fit[name]) / 2, 0, 1))
        width += fits * (_width(name) - width)
    return width


def _width(name: str) -> float:
    return sum(width for _, width in TEMPLATES[name][0])


@feature(
    criterion="colour",
    label="arc of the colour wheel in use",
    unit="degrees",
    range=(0, 360),
    direction="neutral",
    reference="project; circular analogue of the shortest interval of athec's contrast range (Peng 2022)",
    rises_with="all hues",
)
def hue_arc(picture: Picture) -> float:
    """Length of the shortest arc of the hue circle that holds 90 % of the picture's saturation w(h).

    Small: one family of neighbouring hues (analogous colours); above 180: hues from all round. To spare grey pictures
    from being ruled by the hue of their noise, the length is multiplied by W / (W + 0.02 n). Grey: 0.
    """
    counted = histograms(picture)
    total = counted.hues.sum()
    if total <= 0:
        return 0.0
    reach = np.concatenate([[0.0], np.cumsum(np.concatenate([counted.hues, counted.hues]))])
    starts = np.arange(360)
    ends = np.searchsorted(reach, reach[:360] + 0.9 * total - 1e-9 * total)
    return float((ends - starts).min()) * float(total / (total + GREY_SHARE * counted.pixels))


def ou_luo(first: Values, second: Values) -> Values:
    """Harmony of pairs of CIE L*a*b* colours (D65), of shape (..., 3), after Ou & Luo 2006; about -1.2 to 1.4."""
    light = first[..., 0], second[..., 0]
    chroma = [np.hypot(lab[..., 1], lab[..., 2]) for lab in (first, second)]
    hue_difference = np.maximum(((first - second)[..., 1:] ** 2).sum(axis=-1) - (chroma[0] - chroma[1]) ** 2, 0.0)
    d_chroma = np.sqrt(hue_difference + ((chroma[0] - chroma[1]) / 1.46) ** 2)
    by_chroma = 0.04 + 0.53 * np.tanh(0.8 - 0.045 * d_chroma)
    by_sum = 0.28 + 0.54 * np.tanh(-3.88 + 0.029 * (light[0] + light[1]))
    by_difference = 0.14 + 0.15 * np.tanh(-2 + 0.2 * np.abs(light[0] - light[1]))
    return np.asarray(by_chroma + by_sum + by_difference + _hue_effect(first) + _hue_effect(second))


def _hue_effect(lab: Values) -> Values:
    """H_SY of Ou & Luo 2006: how much one colour's hue, chroma and lightness add to the harmony of any pair."""
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    by_chroma = 0.5 + 0.5 * np.tanh(-2 + 0.5 * np.hypot(lab[..., 1], lab[..., 2]))
    by_hue = -0.08 - 0.14 * np.sin(np.radians(hue + 50)) - 0.07 * np.sin(np.radians(2 * hue + 90))
    # The exponent is bounded only to keep exp(-exp(..)) from overflowing where the term is nil anyway.
    from_yellow = np.minimum((90 - hue) / 10, 50.0)
    by_yellow = (0.22 * lab[..., 0] - 12.8) / 10 * np.exp(from_yellow - np.exp(from_yellow))
    return np.asarray(by_chroma * (by_hue + by_yellow))


@shared
def palette_harmony(picture: Picture) -> Values:
    """Ou-Luo harmony of every pair of palette colours, (k, k), each colour with itself on the diagonal."""
    lab = palette(picture).lab
    return ou_luo(lab[:, None], lab[None, :])


@feature(
    criterion="colour",
    label="harmony of colour pairs",
    unit="Ou-Luo harmony units",
    range=(-2, 2),
    direction="neutral",
    reference="Ou & Luo 2006, A colour harmony model for two-colour combinations, Color Res. Appl. 31(3)",
    falls_with="all hues",
)
def pair_harmony(picture: Picture) -> float:
    """Mean two-colour harmony of the picture's palette: the expectation for two pixels drawn at random.

    sum_ij s_i s_j CH(i, j) with s the palette's shares and CH = H_C + H_L + H_H of Ou & Luo: small chroma
    differences, light pairs and lightness differences raise it, and so do blues rather than reds. About -1.2 to 1.4.
    A picture of one colour has the model's value for that colour with itself.
    """
    share = palette(picture).share
    return float(share @ palette_harmony(picture) @ share)


@feature(
    criterion="colour",
    label="harmony of the worst colour pair",
    unit="Ou-Luo harmony units",
    range=(-2, 2),
    direction="neutral",
    reference="Ou & Luo 2006, A colour harmony model for two-colour combinations, Color Res. Appl. 31(3)",
    falls_with="all hues",
    version=2,
)
def worst_pair_harmony(picture: Picture) -> float:
    """Lowest two-colour harmony of Ou & Luo among palette colours that cover at least 5 % each.

    About -1.2 to 1.4. The palette's largest colour always counts, so a picture of one colour has the model's value
    for that colour with itself.
    """
    chosen = palette(picture).share >= 0.05
    chosen[0] = True
    return float(palette_harmony(picture)[np.ix_(chosen, chosen)].min())


# Order factors of Moon & Spencer by class of difference: identity, first ambiguity, similarity, second ambiguity,
# contrast; and the differences at which one class passes into the next.
_HUE_LIMITS, _HUE_ORDER = (1.0, 7.0, 12.0, 28.0), (1.5, 0.0, 1.1, 0.65, 1.7)
_VALUE_LIMITS, _VALUE_ORDER = (0.1, 0.5, 1.5, 2.5), (-1.3, -1.0, 0.7, -0.2, 3.7)
_CHROMA_LIMITS, _CHROMA_ORDER = (0.1, 3.0, 5.0, 7.0), (0.8, 0.0, 0.1, 0.0, 0.4)
_GREY_ORDER = 1.0


def _passing(difference: Values, limits: tuple[float, ...], levels: tuple[float, ...]) -> Values:
    """Level of each difference; between classes it changes over 20 % on either side of their limit."""
    at = np.array([limit * side for limit in limits for side in (0.8, 1.2)])
    return np.interp(difference, at, np.repeat(levels, 2)[1:-1])


@feature(
    criterion="colour",
    label="order among palette colours",
    unit="1",
    range=(-0.52, 4),
    direction="neutral",
    reference="Moon & Spencer 1944, Aesthetic measure applied to color harmony, JOSA 34(4)",
    rises_with="one hue",
    version=2,
)
def moon_spencer_measure(picture: Picture) -> float:
    """Aesthetic measure M = O / C of the five largest palette colours, order by complexity.

    O sums, over pairs of colours, factors for the class of their difference in hue, value and chroma (identity, first
    ambiguity, similarity, second ambiguity, contrast); C counts the colours and the pairs that differ in hue, in
    value and in chroma. Munsell terms are approximated from CIE L*a*b*: value L*/10, chroma C*ab/5, hue hab on a
    circle of 100; a colour of Munsell chroma under 0.5 is neutral, and a pair with a neutral has +1 for hue. M above
    0.5 was called harmonious. Steps between classes are softened by 20 %, so that a hair's breadth does not decide.
    Factors as commonly tabulated, not checked against the paper. A picture of one colour has no pair: 0.
    """
    return moon_spencer(palette(picture).lab[:5])


def moon_spencer(lab: Values) -> float:
    """Moon & Spencer's M of a set of CIE L*a*b* colours, (k, 3); 0 for fewer than two."""
    number = len(lab)
    if number < 2:
        return 0.0
    i, j = np.triu_indices(number, 1)
    value, chroma = lab[:, 0] / 10, np.hypot(lab[:, 1], lab[:, 2]) / 5
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) / 3.6
    d_hue = np.abs((hue[i] - hue[j] + 50) % 100 - 50)
    d_value, d_chroma = np.abs(value[i] - value[j]), np.abs(chroma[i] - chroma[j])
    coloured = _passing(np.minimum(chroma[i], chroma[j]), (0.5,), (0.0, 1.0))
    by_hue = coloured * _passing(d_hue, _HUE_LIMITS, _HUE_ORDER) + (1 - coloured) * _GREY_ORDER
    by_value = _passing(d_value, _VALUE_LIMITS, _VALUE_ORDER)
    by_chroma = _passing(d_chroma, _CHROMA_LIMITS, _CHROMA_ORDER)
    differs = (0.0, 1.0)
    complexity = (
        coloured * _passing(d_hue, _HUE_LIMITS[:1], differs)
        + _passing(d_value, _VALUE_LIMITS[:1], differs)
        + _passing(d_chroma, _CHROMA_LIMITS[:1], differs)
    )
    return float((by_hue + by_value + by_chroma).sum() / (number + complexity.sum()))
