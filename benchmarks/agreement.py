"""How far do the features agree with the Aesthetics-Toolbox? Printed, and written to ``docs/agreement.md``.

    python benchmarks/agreement.py

The 24 Kodak photographs are measured and compared with what the toolbox computes for them
(``reference/aesthetics_toolbox_kodak.csv`` beside the data folder): once as the package measures every picture, at a long
side of 512 pixels, and once at the pictures' own 768, where a difference can only be one of definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from iaa_classic.features import Picture, measure, picture, select

PAGE = Path(__file__).resolve().parents[1] / "docs" / "agreement.md"

SAME_BAR, IDEA_BAR = 0.95, 0.8
"""Rank correlation to be reached where the definition is the same, and where only the idea is."""


class Pair(NamedTuple):
    """A column of the toolbox and our feature for it. ``factor`` turns our unit into the toolbox's."""

    column: str
    feature: str
    remark: str = ""
    factor: float = 1.0


FINE = "rests on the finest detail, which 512 pixels lack"
DRAWN = "800 edges drawn of the 10,000, in wider rings"

SAME = (
    Pair("Image size (pixels)", "image_size", "width plus height; for compatibility"),
    Pair("Aspect ratio", "width_to_height", "for compatibility; `aspect_ratio` is its logarithm"),
    Pair("RMS contrast", "rms_contrast"),
    Pair("std L channel", "rms_contrast", "the toolbox prints one number under two names"),
    Pair("Luminance entropy", "lightness_entropy"),
    Pair("mean R channel", "mean_red", "for compatibility"),
    Pair("mean G channel", "mean_green", "for compatibility"),
    Pair("mean B channel (RGB)", "mean_blue", "for compatibility"),
    Pair("std R channel", "red_deviation", "for compatibility"),
    Pair("std G channel", "green_deviation", "for compatibility"),
    Pair("std B channel", "blue_deviation", "for compatibility"),
    Pair("mean L channel", "mean_lightness"),
    Pair("mean a channel", "mean_lab_a"),
    Pair("mean b channel (Lab)", "mean_lab_b"),
    Pair("std a channel", "deviation_lab_a"),
    Pair("std b channel (Lab)", "deviation_lab_b"),
    Pair("mean H channel", "circular_mean_hue", "for compatibility: greys count as red"),
    Pair("mean S channel", "mean_saturation"),
    Pair("mean V channel", "mean_hsv_value"),
    Pair("std H channel", "circular_hue_deviation", "for compatibility: greys count as red"),
    Pair("std S channel", "saturation_deviation"),
    Pair("std V channel", "hsv_value_deviation", "for compatibility"),
    Pair("1st-order EOE", "edge_orientation_entropy"),
    Pair("2nd-order EOE", "edge_orientation_entropy_pairs", DRAWN),
    Pair("Edge density", "gabor_edge_density", "another gain of the filters: ranks count"),
    Pair("Fourier sigma", "fourier_sigma", "10 to 200 cycles per side, the toolbox to 256; " + FINE),
    Pair("Slope Redies", "fourier_slope", "10 to 200 cycles per side, the toolbox to 256; " + FINE),
    Pair("Slope Spehar", "fourier_slope_spehar", FINE),
    Pair("Slope Mather", "fourier_slope_mather", FINE),
    Pair("Balance", "toolbox_balance", "for compatibility: diagonals at 45 degrees"),
    Pair("DCM distance", "dcm_distance"),
    Pair("DCM x position", "dcm_x_position"),
    Pair("DCM y position", "dcm_y_position"),
    Pair("Mirror symmetry", "ink_symmetry"),
    Pair("Homogeneity", "ink_homogeneity"),
    Pair("2D Fractal dimension", "fractal_dimension_2d"),
    Pair("3D Fractal dimension", "fractal_dimension_3d"),
    Pair("Self-similarity (PHOG)", "phog_self_similarity", FINE),
    Pair("Complexity", "phog_complexity", FINE),
    Pair("Anisotropy", "phog_anisotropy", "the toolbox divides by the 85 cells of all levels", 1 / 85),
)
"""Defined alike."""

IDEA = (
    Pair(
        "Balance",
        "apb_imbalance",
        "ours runs diagonals from corner to corner, the toolbox at 45 degrees from one corner: alike in squares, for which "
        "the measure was made; in 3:2 that gives an even grey 10 percent of imbalance, ours 0",
    ),
    Pair(
        "Color entropy",
        "hue_entropy",
        "ours divides the whole circle into 256 bins; the toolbox divides the hues from 0 to the largest that occurs, so that "
        "one pixel decides how wide a bin is",
    ),
)
"""Of the same idea, and why not the same."""

FIXED = frozenset({"fourier_sigma", "fourier_slope", "fourier_slope_spehar", "fourier_slope_mather"})
"""Made for the working scale: they have no value at another size."""

NETWORK = "responses of AlexNet's first layer: needs the weights of a network, which the package does without"

ABSENT: Mapping[str, str] = {
    "CNN symmetry left-right": NETWORK + "; nearest is `edge_symmetry_left_right`",
    "CNN symmetry up-down": NETWORK + "; nearest is `edge_symmetry_top_bottom`",
    "CNN symmetry left-right & up-down": NETWORK,
    "Sparseness": NETWORK,
    "Variability": NETWORK,
    "Self-similarity (CNN)": NETWORK + "; nearest is `phog_self_similarity`",
}
"""Columns without a feature of ours, and why."""


@contextmanager
def working_side(side: int) -> Iterator[None]:
    """Measure at another working scale."""
    usual = picture.WORKING_SIDE
    picture.WORKING_SIDE = side
    try:
        yield
    finally:
        picture.WORKING_SIDE = usual


def agreement(pairs: tuple[Pair, ...], photographs: Mapping[str, np.ndarray], toolbox: pd.DataFrame) -> pd.DataFrame:
    """Per pair the Spearman correlation and the median relative difference, at 512 pixels and at the pictures' own size."""
    names = sorted({pair.feature for pair in pairs})
    records = select(names)
    rows = {pair: {} for pair in pairs}
    for label, side in (("512", 512), ("own", 768)):
        with working_side(side):
            values = np.array([measure(Picture(rgb), records) for rgb in photographs.values()])
        for pair in pairs:
            ours = values[:, names.index(pair.feature)] * pair.factor
            theirs = toolbox.loc[list(photographs), pair.column].to_numpy(dtype=float)
            rows[pair][f"spearman_{label}"] = _rank_correlation(ours, theirs)
            size = np.maximum(np.abs(theirs), 1e-9)
            rows[pair][f"difference_{label}"] = float(np.median(np.abs(ours - theirs) / size))
    table = pd.DataFrame(list(rows.values()))
    described = pd.DataFrame(list(rows))[["column", "feature", "remark"]]
    return pd.concat([described, table], axis=1)


def _rank_correlation(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Spearman's correlation; 1 for values that are equal, even where they hardly vary."""
    if np.allclose(ours, theirs, rtol=1e-9):
        return 1.0
    return float(spearmanr(ours, theirs).statistic)


def _lines(table: pd.DataFrame) -> Iterator[str]:
    yield "| Toolbox | Feature | Spearman | difference | Spearman, own size | difference, own size | Remark |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for row in table.itertuples():
        own = f"{row.spearman_own:.3f} | {row.difference_own:.1%}" if row.feature not in FIXED else "- | -"
        numbers = f"{row.spearman_512:.3f} | {row.difference_512:.1%} | {own}"
        yield f"| {row.column} | `{row.feature}` | {numbers} | {row.remark} |"


def page(same: pd.DataFrame, idea: pd.DataFrame) -> str:
    """The page of the documentation."""
    absent = [f"| {column} | {reason} |" for column, reason in ABSENT.items()]
    lines = [
        "# Agreement with the Aesthetics-Toolbox",
        "",
        "Written by `python benchmarks/agreement.py`. The Aesthetics-Toolbox (Bartho, Redies et al. 2025, v1.0.2, doi",
        "10.3758/s13428-025-02632-3) computes 47 properties; here is what it gives for the 24 Kodak photographs, 768 x 512,",
        "beside our features. *Spearman* is the rank correlation over the photographs, *difference* the median relative",
        "difference of the values. The package measures every picture at a long side of 512 pixels. The columns *own size* are",
        "measured at the pictures' own 768, as the toolbox does: what remains there is a difference of definition, the rest",
        "one of size. The features of the Fourier spectrum are made for 512 pixels and have no other size.",
        "",
        f"## Same definition (at least {SAME_BAR}, at 512 pixels or at the pictures' own size)",
        "",
        *_lines(same),
        "",
        f"## Same idea (at least {IDEA_BAR})",
        "",
        *_lines(idea),
        "",
        "## Not measured",
        "",
        "| Toolbox | Why |",
        "| --- | --- |",
        *absent,
        "",
        'Features *for compatibility* are left out of `"all"`; the set `redies` names them, see `iaa-classic features`.',
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the tables and write the page."""
    from rated_photographs import environment, parser, photographs, pixels

    options = parser(__doc__).parse_args()
    reference = options.data.parent / "reference" / "aesthetics_toolbox_kodak.csv"
    if not reference.is_file():
        print(f"{reference} is absent, so that nothing is compared; --data names the folder beside which it is looked for")
        return
    toolbox = pd.read_csv(reference, index_col="image")
    kodak = {path.name: pixels(path) for path in photographs(options.data / "photos" / "kodak")}
    same, idea = (agreement(pairs, kodak, toolbox) for pairs in (SAME, IDEA))
    text = page(same, idea)
    print(environment())
    print(text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
