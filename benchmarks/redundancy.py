"""Which features say the same? Clusters of features whose values are correlated above 0.95 over the OASIS photographs.

    python benchmarks/redundancy.py

Two features are linked where the absolute Pearson correlation of their values is above ``--limit``; a cluster is a connected
group. The catalogue keeps the simplest feature of each cluster, unless a published set needs another too, or ``KEPT`` says why.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from rated_photographs import environment, interpretable, measured_files, oasis, parser
from scipy.sparse.csgraph import connected_components

from iaa_classic.features import select, sets

KEPT = {
    "ink_symmetry_left_right": "the two axes, of which the published measure is the mean",
    "ink_symmetry_top_bottom": "the two axes, of which the published measure is the mean",
    "local_contrast_fine": "lighting's word for what pattern's phog_complexity says; effects are told by criterion",
    "local_contrast_coarse": "lighting's word for what pattern's gabor_edge_density says; effects are told by criterion",
    "jpeg_complexity": "the published measure of Machado and Cardoso, cheap and known to every photographer",
    "low_band": "one of the five bands that share the spectrum",
    "highest_band": "one of the five bands that share the spectrum",
    "visible_focus": "looks at the working scale; alike only because OASIS is smaller than it",
    "visible_noise": "looks at the working scale; alike only because OASIS is smaller than it",
    "clipped_highlights": "the luminance of what its family tells by channel",
    "clipped_any_channel": "the union of what its family tells by channel",
    "clipped_green": "the channels of one family: which one clips matters for the remedy",
    "clipped_red": "the channels of one family: which one clips matters for the remedy",
    "black_share": "one of the eleven colour names, which sum to 1",
    "white_share": "one of the eleven colour names, which sum to 1",
    "zone_0_share": "one of the eleven zones, which sum to 1",
    "zone_10_share": "one of the eleven zones, which sum to 1",
    "template_small_i_deviation": "one of the seven published hue templates",
    "template_v_deviation": "one of the seven published hue templates",
    "template_l_deviation": "one of the seven published hue templates",
    "dominance": "one of the three published dimensions of emotion",
    "tamura_contrast": "one of Tamura's published features",
    "glcm_homogeneity": "one of the published co-occurrence features",
    "hue_wavelet_1": "circular form of Datta's f10",
    "hue_wavelet_2": "circular form of Datta's f11",
    "hue_wavelet_3": "circular form of Datta's f12",
    "hue_wavelet_sum": "circular form of Datta's f19",
    "focus": "looks at native pixels; alike only because OASIS is smaller than the working scale",
    "luma_noise": "looks at native pixels; alike only because OASIS is smaller than the working scale",
    "laplacian_variance": "the published measure that others are compared with",
    "fish": "the published measure of Vu and Chandler",
}
"""Features that stay although another says much the same on OASIS, and why."""


def clusters(X: pd.DataFrame, limit: float) -> list[list[str]]:
    """Groups of two or more columns linked by an absolute correlation above ``limit``, largest first."""
    varied = X.loc[:, X.std() > 0]
    linked = varied.corr().abs() > limit
    _, label = connected_components(linked.to_numpy())
    groups = [varied.columns[label == number].tolist() for number in range(label.max() + 1)]
    return sorted((group for group in groups if len(group) > 1), key=len, reverse=True)


def main() -> None:
    """Print the clusters."""
    options = parser(__doc__)
    options.add_argument("--limit", type=float, default=0.95)
    given = options.parse_args()
    print(environment())
    X = measured_files("oasis", oasis(given.data)["path"].tolist(), cache=given.cache, jobs=given.jobs)
    known = {record.name: record for record in interpretable(select("all"))}
    published = [entry for entry in sets().values() if entry.name != "fast"]
    used = {name: [entry.name for entry in published if name in entry.features] for name in known}
    found = clusters(X[[name for name in X.columns if name in known]], given.limit)
    spare = 0
    for group in found:
        print(f"\n{len(group)} features, least correlation {X[group].corr().abs().to_numpy().min():.3f}")
        for name in group:
            needed = f"needed by {', '.join(used[name])}" if used[name] else KEPT.get(name, "")
            strongest = X[group].corr().abs()[name].drop(name)
            print(f"  {name:34s} {known[name].criterion:12s} {strongest.max():.3f} {strongest.idxmax():34s} {needed}")
        free = [name for name in group if not used[name] and name not in KEPT]
        spare += len(free) - (len(free) == len(group))
    constant = X.columns[np.ptp(X.to_numpy(), axis=0) == 0].tolist()
    print(f"\n{len(found)} clusters; {spare} features without a reason to stay that another says as well")
    print(f"the same on every photograph: {', '.join(constant) or 'none'}")


if __name__ == "__main__":
    main()
