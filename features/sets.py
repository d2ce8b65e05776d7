"""Named sets of features: the published ones, in their published order, and one chosen for its cost.

A set is data. Its members name features of the catalogue, so that this module knows none of the functions; ``select``
turns a set's name into records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COLLECTION = "a reference collection"
"""What a member needs that a fitted transformer of ``iaa_classic.representations`` computes."""
NETWORK = "the weights of a neural network"
"""What a member needs that this package does not compute."""


@dataclass(frozen=True)
class SetMember:
    """One feature of a set.

    Attributes
    ----------
    designation : str
        What the publication calls it: "f22", "q_ct", a column's name; empty in sets of our own.
    feature : str
        Name in the catalogue; of the column that a fitted transformer gives, where ``needs`` is a reference collection;
        empty where the package does not compute it.
    note : str
        Where ours differs from the publication, or what is odd about the published definition.
    needs : str
        What it takes beyond one picture; empty for what ``FeatureExtractor`` measures.
    """

    designation: str
    feature: str
    note: str = ""
    needs: str = ""

    def to_dict(self) -> dict[str, str]:
        """The member as plain values, ready for JSON."""
        return {"designation": self.designation, "feature": self.feature, "note": self.note, "needs": self.needs}


@dataclass(frozen=True)
class FeatureSet:
    """A named set of features.

    Attributes
    ----------
    name : str
        What ``FeatureExtractor(features=...)`` and ``iaa-classic extract --features`` take.
    title : str
        What it is, in one line.
    reference : str
        Where it was published.
    members : tuple of SetMember
        In the published order, those included that take more than one picture to compute.
    """

    name: str
    title: str
    reference: str
    members: tuple[SetMember, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that one picture suffices for, in the published order."""
        return tuple(member.feature for member in self.members if not member.needs)

    def to_dict(self) -> dict[str, Any]:
        """The set as plain values, ready for JSON."""
        members = [member.to_dict() for member in self.members]
        return {"name": self.name, "title": self.title, "reference": self.reference, "members": members}


def sets() -> dict[str, FeatureSet]:
    """Every named set by name."""
    return dict(_SETS)


def feature_set(name: str) -> FeatureSet:
    """The set of this name.

    Raises
    ------
    ValueError
        If there is none; the message lists the sets.
    """
    if name not in _SETS:
        raise ValueError(f"no set of features called {name!r}; there are {', '.join(_SETS)}")
    return _SETS[name]


def _numbered(first: int, *features: str, note: str = "") -> tuple[SetMember, ...]:
    """Datta's numbers, counted on from ``first``."""
    return tuple(SetMember(f"f{first + i}", feature, note) for i, feature in enumerate(features))


_ARITHMETIC = "arithmetic mean of an angle, as published"
_ABSOLUTE = "db2 and absolute values, which the paper does not print"
_SEGMENTS = "segments of the picture reduced to 128 pixels"


def _segments(first: int, quality: str, note: str = _SEGMENTS) -> tuple[SetMember, ...]:
    return _numbered(first, *(f"datta_segment_{rank}_{quality}" for rank in range(1, 6)), note=note)


_DATTA = FeatureSet(
    "datta2006",
    "the 56 features of Datta et al., the first published set",
    "Datta, Joshi, Li & Wang 2006, Studying Aesthetics in Photographic Images Using a Computational Approach, ECCV",
    (
        SetMember("f1", "mean_hsv_value"),
        SetMember("f2", "datta_colourfulness", "low is colourful; distances between the centres of the 64 cubes"),
        SetMember("f3", "mean_saturation"),
        SetMember("f4", "datta_mean_hue", _ARITHMETIC + "; hue_cosine and hue_sine are sound"),
        SetMember("f5", "datta_central_hue", _ARITHMETIC + "; central_third_hue is sound"),
        *_numbered(6, "central_third_saturation", "central_third_value"),
        SetMember("f8", "datta_familiarity_20", "mean distance to the 20 nearest pictures", COLLECTION),
        SetMember("f9", "datta_familiarity_100", "mean distance to the 100 nearest pictures", COLLECTION),
        *_numbered(10, *(f"datta_hue_wavelet_{level}" for level in (1, 2, 3)), note="transforms the angle, as published"),
        *_numbered(13, *(f"saturation_wavelet_{level}" for level in (1, 2, 3)), note=_ABSOLUTE),
        *_numbered(16, *(f"value_wavelet_{level}" for level in (1, 2, 3)), note=_ABSOLUTE),
        SetMember("f19", "datta_hue_wavelet_sum", "sum of f10-f12"),
        SetMember("f20", "saturation_wavelet_sum", "sum of f13-f15"),
        SetMember("f21", "value_wavelet_sum", "sum of f16-f18"),
        SetMember("f22", "image_size", "rows plus columns of the file, as published"),
        SetMember("f23", "width_to_height", "the ratio, as published; aspect_ratio is its logarithm"),
        SetMember("f24", "datta_segment_count", _SEGMENTS),
        SetMember("f25", "datta_cluster_count", "rule for k after SIMPLIcity, limits of our own"),
        *_segments(26, "hue", _ARITHMETIC),
        *_segments(31, "saturation"),
        *_segments(36, "value"),
        *_segments(41, "area"),
        SetMember("f46", "datta_hue_spread", "differences of mean hues over ordered pairs; absent segments left out"),
        SetMember("f47", "datta_hue_complements", "the same around the circle"),
        *_segments(48, "place", "code 10 row + column, as published; 22 for an absent segment"),
        SetMember("f53", "datta_low_depth_of_field_hue", "transforms the angle, as published"),
        *_numbered(54, "low_depth_of_field_saturation", "low_depth_of_field_value", note="inner 4 of 16 blocks; db2"),
        SetMember("f56", "datta_convexity", _SEGMENTS),
    ),
)

_KE = FeatureSet(
    "ke2006",
    "the 7 qualities of Ke et al.: simplicity, realism, basic technique",
    "Ke, Tang & Jing 2006, The Design of High-Level Features for Photo Quality Assessment, CVPR",
    (
        SetMember("q_l", "ke_edge_template", "edge maps of good and bad pictures", COLLECTION),
        SetMember("q_a", "ke_edge_compactness", "mean over the channels, as published; edge_compactness takes the luma"),
        SetMember("q_cd", "ke_colour_neighbours", "five nearest colour histograms among good and bad pictures", COLLECTION),
        SetMember("q_h", "ke_hue_simplicity", "20 less hue_count"),
        SetMember("q_f", "frequency_richness", "threshold 5 on luma in 0..1, at the working scale"),
        SetMember("q_ct", "ke_contrast", "as a share of the scale of 256 levels"),
        SetMember("q_b", "mean_lightness", "mean of CIE L*"),
    ),
)

_LUO = FeatureSet(
    "luo2008",
    "the 5 features of Luo & Tang: the subject against its background",
    "Luo & Tang 2008, Photo and Video Quality Evaluation: Focusing on the Subject, ECCV",
    (
        SetMember("f_c", "luo_clarity_contrast", "box in focus by derivative statistics, of 7 box blurs instead of 50"),
        SetMember("f_l", "luo_lighting_contrast", "the same box; luma raised by 1/255"),
        SetMember("f_s", "luo_simplicity", "the same box"),
        SetMember("f_h", "luo_learned_harmony", "histograms of colour pairs in good and bad pictures", COLLECTION),
        SetMember("f_m", "luo_composition_geometry", "the same box; centroid of its clear pixels"),
    ),
)

_OWN_SIZE = "at the working scale; the toolbox measures at the picture's own size"

_REDIES = FeatureSet(
    "redies",
    "what the Aesthetics-Toolbox of Redies' group computes, less its network",
    "Bartho, Redies et al. 2025, Aesthetics-Toolbox, Behavior Research Methods, doi 10.3758/s13428-025-02632-3",
    (
        SetMember("Image size (pixels)", "image_size", "width plus height"),
        SetMember("Aspect ratio", "width_to_height"),
        SetMember("RMS contrast; std L channel", "rms_contrast", "one number under two names"),
        SetMember("Luminance entropy", "lightness_entropy"),
        SetMember("Color entropy", "hue_entropy", "bins over the whole circle, not from the smallest to the largest hue"),
        SetMember("mean R channel", "mean_red"),
        SetMember("mean G channel", "mean_green"),
        SetMember("mean B channel (RGB)", "mean_blue"),
        SetMember("std R channel", "red_deviation"),
        SetMember("std G channel", "green_deviation"),
        SetMember("std B channel", "blue_deviation"),
        SetMember("mean L channel", "mean_lightness"),
        SetMember("mean a channel", "mean_lab_a"),
        SetMember("mean b channel (Lab)", "mean_lab_b"),
        SetMember("std a channel", "deviation_lab_a"),
        SetMember("std b channel (Lab)", "deviation_lab_b"),
        SetMember("mean H channel", "circular_mean_hue", "circular, in turns; greys count as red"),
        SetMember("mean S channel", "mean_saturation"),
        SetMember("mean V channel", "mean_hsv_value"),
        SetMember("std H channel", "circular_hue_deviation", "circular, in turns; greys count as red"),
        SetMember("std S channel", "saturation_deviation"),
        SetMember("std V channel", "hsv_value_deviation"),
        SetMember("1st-order EOE", "edge_orientation_entropy"),
        SetMember("2nd-order EOE", "edge_orientation_entropy_pairs", "800 edges drawn of 10,000, wider rings"),
        SetMember("Edge density", "gabor_edge_density"),
        SetMember("CNN symmetry left-right", "", "edge_symmetry_left_right comes nearest", NETWORK),
        SetMember("CNN symmetry up-down", "", "edge_symmetry_top_bottom comes nearest", NETWORK),
        SetMember("CNN symmetry left-right & up-down", "", "", NETWORK),
        SetMember("Sparseness", "", "", NETWORK),
        SetMember("Variability", "", "", NETWORK),
        SetMember("Self-similarity (CNN)", "", "phog_self_similarity comes nearest", NETWORK),
        SetMember("Fourier sigma", "fourier_sigma", "10..200 cycles per side; the toolbox goes to 256"),
        SetMember("Slope Redies", "fourier_slope", "10..200 cycles per side; the toolbox goes to 256"),
        SetMember("Slope Spehar", "fourier_slope_spehar", _OWN_SIZE),
        SetMember("Slope Mather", "fourier_slope_mather", _OWN_SIZE),
        SetMember(
            "Balance", "toolbox_balance", "diagonals at 45 degrees, odd in frames that are not square; apb_imbalance is sound"
        ),
        SetMember("DCM distance", "dcm_distance"),
        SetMember("DCM x position", "dcm_x_position"),
        SetMember("DCM y position", "dcm_y_position"),
        SetMember("Mirror symmetry", "ink_symmetry"),
        SetMember("Homogeneity", "ink_homogeneity"),
        SetMember("2D Fractal dimension", "fractal_dimension_2d"),
        SetMember("3D Fractal dimension", "fractal_dimension_3d"),
        SetMember("Self-similarity (PHOG)", "phog_self_similarity", _OWN_SIZE),
        SetMember("Complexity", "phog_complexity", _OWN_SIZE),
        SetMember("Anisotropy", "phog_anisotropy", "85 times the toolbox's value; " + _OWN_SIZE),
    ),
)


_FAST_NAMES = {
    "composition": """
        left_right_imbalance top_bottom_imbalance falling_diagonal_imbalance rising_diagonal_imbalance
        inner_outer_imbalance_across inner_outer_imbalance_down inner_outer_imbalance_falling
        inner_outer_imbalance_rising apb_imbalance ink_symmetry_left_right ink_symmetry_top_bottom ink_symmetry
        empty_area dead_midtone_area open_space edge_compactness aspect_ratio central_third_hue
        central_third_saturation central_third_value
    """,
    "lighting": """
        clipped_shadows clipped_highlights clipped_red clipped_green clipped_blue clipped_any_channel
        empty_any_channel blocked_compactness dynamic_range interval_contrast rms_contrast michelson_contrast
        ke_contrast shortest_tonal_range lightness_entropy lightness_skewness lightness_kurtosis tonal_peak_count
        tonal_peak_distance tonal_separation local_contrast_fine local_contrast_coarse local_to_global_contrast
        light_from_above light_from_side lightness_gradient lighting_evenness tonal_masses dark_channel_mean
        mean_lightness mean_hsv_value exposure_deviation zone_0_share zone_1_share zone_2_share zone_3_share
        zone_4_share zone_5_share zone_6_share zone_7_share zone_8_share zone_9_share zone_10_share zones_used
        midtone_share high_key low_key
    """,
    "colour": """
        dominant_colours main_colour_share palette_spread palette_contrast colour_accent itten_brightness_contrast
        itten_saturation_contrast itten_hue_contrast itten_warm_cold_contrast itten_complementary_contrast
        grey_world_angle warm_colours cold_colours toning_warmth split_toning template_small_i_deviation
        template_capital_i_deviation template_v_deviation template_l_deviation template_y_deviation
        template_t_deviation template_x_deviation hue_disharmony template_width hue_arc pair_harmony
        worst_pair_harmony moon_spencer_measure black_share grey_share white_share red_share orange_share
        brown_share yellow_share green_share blue_share purple_share pink_share colour_name_diversity
        foliage_coloured_share pleasure arousal dominance colourfulness mean_saturation saturation_deviation
        saturation_skewness clipped_saturation hue_cosine hue_sine hue_concentration hue_polarity hue_count
        hue_entropy colour_entropy mean_lab_a mean_lab_b deviation_lab_a deviation_lab_b mean_chroma
        chroma_deviation monochrome_degree lightness_chroma_correlation
    """,
    "sharpness": """
        visible_focus sharp_area sharp_area_distance focus_concentration frequency_richness lowest_band low_band
        middle_band high_band highest_band
    """,
    "subject": """
        block_depth_of_field clear_share clear_coherence focus_variation
    """,
    "pattern": """
        phog_self_similarity phog_complexity phog_anisotropy glcm_contrast glcm_correlation glcm_energy
        glcm_homogeneity glcm_entropy lbp_entropy lbp_flat_share lbp_edge_share lbp_irregular_share hue_wavelet_1
        hue_wavelet_2 hue_wavelet_3 hue_wavelet_sum saturation_wavelet_1 saturation_wavelet_2 saturation_wavelet_3
        saturation_wavelet_sum value_wavelet_1 value_wavelet_2 value_wavelet_3 value_wavelet_sum jpeg_complexity
        ink_homogeneity
    """,
}
"""Chosen by cost and by what each tells about ratings: nothing that needs native pixels, saliency, straight lines or
long-range edge statistics, whose shared planes are the dearest of all.
"""

_FAST = FeatureSet(
    "fast",
    "what is quick to compute and tells much, from the working scale alone",
    "chosen for this package; the features' records hold their sources",
    tuple(SetMember("", feature) for names in _FAST_NAMES.values() for feature in names.split()),
)

_SETS = {known.name: known for known in (_FAST, _DATTA, _KE, _LUO, _REDIES)}
