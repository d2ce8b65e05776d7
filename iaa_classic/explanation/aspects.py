"""Aspects: what a photographer would name in one breath, as groups of features of one criterion.

Many features look at the same thing (a dozen at focus). A sentence speaks of an aspect, whose effect is the sum of the effects
of its features, so that what is said of focus does not depend on how many ways there are to measure it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

_ASPECTS: Mapping[str, str] = MappingProxyType(
    {
        # composition
        "balance": """dcm_distance dcm_x_position dcm_y_position left_right_imbalance top_bottom_imbalance
            falling_diagonal_imbalance rising_diagonal_imbalance inner_outer_imbalance_across inner_outer_imbalance_down
            inner_outer_imbalance_falling inner_outer_imbalance_rising apb_imbalance toolbox_balance""",
        "symmetry": """ink_symmetry_left_right ink_symmetry_top_bottom ink_symmetry luminance_symmetry_left_right
            luminance_symmetry_top_bottom edge_symmetry_left_right edge_symmetry_top_bottom""",
        "lines": """diagonal_gradient_share axis_alignment horizontal_line_length vertical_line_length slanted_line_length
            slanted_line_share longest_line line_alignment diagonal_line_fit leading_lines vanishing_point_strength
            vanishing_point_offset vanishing_point_on_subject""",
        "tilt": "frame_tilt horizon_tilt",
        "horizon": "horizon_strength horizon_height horizon_thirds_distance visual_weight_deviation",
        "placement": """power_point_distance subject_thirds_distance_across subject_thirds_distance_down golden_section_distance
            salient_upright_third salient_level_third salient_power_point thirds_fit attention_offset subject_diagonal_distance
            luo_composition_geometry datta_segment_1_place datta_segment_2_place datta_segment_3_place datta_segment_4_place
            datta_segment_5_place""",
        "room": """subject_size_fit subject_border_contact subject_side_margin subject_top_margin subject_bottom_margin
            subject_side_room negative_space_smoothness empty_area open_space""",
        "dead_area": "dead_midtone_area border_share",
        "edges": "edge_compactness ke_edge_compactness",
        "seams": "straight_seam grid_seams",
        "coherence": "coarse_coherence fine_coherence",
        "centre": "central_third_hue central_third_saturation central_third_value datta_central_hue",
        "format": "aspect_ratio width_to_height image_size",
        # lighting
        "clipping": """clipped_shadows clipped_highlights clipped_red clipped_green clipped_blue clipped_any_channel
            empty_any_channel blown_compactness blocked_compactness clipped_subject""",
        "exposure": """mean_lightness mean_hsv_value exposure_deviation tonal_key high_key low_key zone_0_share zone_1_share
            zone_2_share zone_3_share zone_4_share zone_5_share zone_6_share zone_7_share zone_8_share zone_9_share
            zone_10_share midtone_share datta_segment_1_value datta_segment_2_value datta_segment_3_value
            datta_segment_4_value datta_segment_5_value""",
        "contrast": """dynamic_range interval_contrast rms_contrast michelson_contrast ke_contrast shortest_tonal_range
            lightness_entropy lightness_skewness lightness_kurtosis tonal_peak_count tonal_peak_distance tonal_separation
            zones_used global_contrast_factor hsv_value_deviation""",
        "histogram_gaps": "tonal_gaps",
        "local_contrast": """local_contrast_fine local_contrast_coarse local_to_global_contrast shadow_texture
            highlight_texture""",
        "light": """light_concentration vignetting light_from_above light_from_side lightness_gradient lighting_evenness
            tonal_masses""",
        "haze": "dark_channel_mean subject_dark_channel",
        "subject_light": "backlight subject_lightness silhouette",
        # colour
        "palette": """dominant_colours main_colour_share palette_spread palette_contrast colour_accent colour_scatter
            colour_name_diversity colour_entropy datta_colourfulness datta_cluster_count""",
        "colour_contrast": """itten_brightness_contrast itten_saturation_contrast itten_hue_contrast itten_warm_cold_contrast
            itten_complementary_contrast lightness_chroma_correlation""",
        "colour_balance": """cast_angle cast_tint colour_temperature grey_world_angle warm_colours cold_colours toning_warmth
            split_toning mean_lab_a mean_lab_b hue_cosine hue_sine mean_red mean_green mean_blue""",
        "harmony": """template_small_i_deviation template_capital_i_deviation template_v_deviation template_l_deviation
            template_y_deviation template_t_deviation template_x_deviation hue_disharmony template_width hue_arc pair_harmony
            worst_pair_harmony moon_spencer_measure datta_hue_complements""",
        "colour_areas": """black_share grey_share white_share red_share orange_share brown_share yellow_share green_share
            blue_share purple_share pink_share skin_coloured_share sky_coloured_share foliage_coloured_share
            colour_naturalness""",
        "colour_mood": "pleasure arousal dominance",
        "saturation": """colourfulness mean_saturation saturation_deviation saturation_skewness clipped_saturation mean_chroma
            chroma_deviation monochrome_degree deviation_lab_a deviation_lab_b red_deviation green_deviation blue_deviation
            datta_segment_1_saturation datta_segment_2_saturation datta_segment_3_saturation datta_segment_4_saturation
            datta_segment_5_saturation""",
        "hues": """hue_concentration hue_polarity hue_count hue_entropy ke_hue_simplicity datta_mean_hue datta_segment_1_hue
            datta_segment_2_hue datta_segment_3_hue datta_segment_4_hue datta_segment_5_hue datta_hue_spread circular_mean_hue
            circular_hue_deviation""",
        # sharpness
        "focus": """focus peak_focus subject_focus resolved_detail visible_focus effective_resolution perceptual_blur cpbd
            edge_width""",
        "detail": """laplacian_variance tenengrad maximum_local_variation fish fish_bb frequency_richness lowest_band low_band
            middle_band high_band highest_band""",
        "place_of_focus": "subject_focus_advantage sharp_area sharp_area_distance focus_concentration",
        "motion": "motion_blur motion_horizontal motion_diagonal",
        "noise": "luma_noise shadow_noise chroma_noise visible_noise",
        "compression": "blockiness",
        "sharpening": "haloes",
        # subject
        "depth_of_field": """low_depth_of_field_hue low_depth_of_field_saturation low_depth_of_field_value
            datta_low_depth_of_field_hue block_depth_of_field clear_share clear_coherence subject_clear_surplus
            focus_variation""",
        "background": """background_simplicity luo_simplicity background_edge_density background_entropy background_focus
            background_clutter""",
        "subject_contrast": """subject_complexity_contrast clarity_contrast luo_clarity_contrast subject_sharpness
            subject_focus_contrast subject_sharpness_contrast subject_lighting_contrast luo_lighting_contrast
            subject_colour_contrast subject_saturation_contrast subject_hue_contrast subject_outline_contrast
            subject_isolation""",
        "attention": """saliency_spread attention_spots attention_concentration saliency_agreement subject_distinctness""",
        "subject_shape": "subject_area subject_count subject_compactness subject_elongation subject_convexity",
        # pattern
        "complexity": """fractal_dimension_2d fractal_dimension_3d gabor_edge_density phog_complexity canny_edge_share
            jpeg_complexity local_entropy local_entropy_spread colour_clutter spatial_order ink_homogeneity""",
        "directions": """edge_orientation_entropy edge_orientation_entropy_pairs phog_self_similarity phog_anisotropy
            orientation_scale_similarity line_coherence spectral_orientation_bias spectral_cardinality
            tamura_directionality""",
        "regions": """region_count large_region_count five_regions_share region_evenness datta_segment_count
            datta_segment_1_area datta_segment_2_area datta_segment_3_area datta_segment_4_area datta_segment_5_area
            datta_convexity""",
        "spectrum": "fourier_slope fourier_slope_mather fourier_slope_spehar fourier_sigma spectral_flatness",
        "texture": """glcm_contrast glcm_correlation glcm_energy glcm_homogeneity glcm_entropy lbp_entropy lbp_flat_share
            lbp_edge_share lbp_irregular_share tamura_coarseness tamura_contrast grain_size grain_size_entropy""",
        "repetition": "repetition_strength repetition_regularity",
        "colour_texture": """hue_wavelet_1 hue_wavelet_2 hue_wavelet_3 hue_wavelet_sum saturation_wavelet_1
            saturation_wavelet_2 saturation_wavelet_3 saturation_wavelet_sum value_wavelet_1 value_wavelet_2 value_wavelet_3
            value_wavelet_sum datta_hue_wavelet_1 datta_hue_wavelet_2 datta_hue_wavelet_3 datta_hue_wavelet_sum""",
        # people
        "face_light": """face_lightness face_backlight face_shadows face_light_ratio face_blown_highlights
            faces_light_spread""",
        "face_focus": "face_focus face_focus_advantage",
        "face_place": """face_count main_face_area main_face_thirds_distance main_face_offset eye_line_thirds_distance
            head_room looking_room main_face_margin face_tilt""",
        # against a collection
        "likeness": "ke_edge_template ke_colour_neighbours luo_learned_harmony spectrum_novelty",
    }
)

FAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "focus": ("focus", "peak_focus", "subject_focus", "visible_focus", "perceptual_blur", "cpbd", "edge_width"),
        "motion": ("motion_blur",),
        "noise": ("luma_noise", "shadow_noise", "chroma_noise", "visible_noise"),
        "compression": ("blockiness",),
        "sharpening": ("haloes",),
        "clipping": ("clipped_highlights", "clipped_shadows", "clipped_any_channel", "clipped_subject"),
        "exposure": ("mean_lightness", "mean_hsv_value"),
        "dead_area": ("dead_midtone_area",),
    }
)
"""Aspects that can be a technical fault, and the features that show it: those of which photography knows which way is worse, or
that a middle is best. Traces of a fault that no eye sees by themselves (gaps in the histogram) are not among them."""


ALIKE: tuple[frozenset[str], ...] = (
    frozenset(["mean_saturation", "mean_chroma", "colourfulness", "clipped_saturation", "monochrome_degree"]),
    frozenset(["pair_harmony", "worst_pair_harmony"]),
    frozenset(["focus", "peak_focus", "visible_focus", "subject_focus", "perceptual_blur", "edge_width", "resolved_detail"]),
    frozenset(["luma_noise", "visible_noise"]),
    frozenset(["mean_lightness", "mean_hsv_value", "exposure_deviation"]),
    frozenset(["high_band", "highest_band", "laplacian_variance", "fish", "fish_bb"]),
    frozenset(
        ["rms_contrast", "interval_contrast", "michelson_contrast", "dynamic_range", "ke_contrast", "shortest_tonal_range"]
    ),
    frozenset(["lightness_entropy", "zones_used"]),
    frozenset(["hue_count", "hue_entropy", "ke_hue_simplicity", "hue_concentration"]),
    frozenset(["colour_entropy", "colour_name_diversity", "datta_colourfulness", "dominant_colours"]),
    frozenset(["mean_lab_a", "hue_cosine"]),
    frozenset(["warm_colours", "cold_colours", "colour_temperature", "mean_lab_b"]),
    frozenset(["template_width", "hue_arc", "template_v_deviation", "template_t_deviation", "template_small_i_deviation"]),
    frozenset(["power_point_distance", "golden_section_distance", "thirds_fit", "salient_power_point"]),
    frozenset(["gabor_edge_density", "canny_edge_share", "phog_complexity", "jpeg_complexity", "local_entropy"]),
    frozenset(["glcm_contrast", "glcm_homogeneity", "glcm_energy", "glcm_entropy"]),
    frozenset(["hue_wavelet_1", "hue_wavelet_2", "hue_wavelet_3", "hue_wavelet_sum"]),
    frozenset(["saturation_wavelet_1", "saturation_wavelet_2", "saturation_wavelet_3", "saturation_wavelet_sum"]),
    frozenset(["value_wavelet_1", "value_wavelet_2", "value_wavelet_3", "value_wavelet_sum"]),
    frozenset(["fourier_slope", "fourier_slope_mather", "fourier_slope_spehar"]),
    frozenset(["repetition_strength", "repetition_regularity"]),
    frozenset(["light_from_above", "light_from_side", "lightness_gradient", "lighting_evenness"]),
    frozenset(["subject_lighting_contrast", "subject_colour_contrast", "subject_outline_contrast"]),
    frozenset(["apb_imbalance", "toolbox_balance"]),
    frozenset(["horizon_thirds_distance", "visual_weight_deviation"]),
    frozenset(["background_edge_density", "background_clutter", "background_entropy"]),
)
"""Features that say nearly the same, so that one sentence names only one of them."""


@cache
def aspect_of() -> Mapping[str, str]:
    """The aspect of each feature by the feature's name."""
    found: dict[str, str] = {}
    for aspect, names in _ASPECTS.items():
        for name in names.split():
            if name in found:
                raise ValueError(f"{name} is in two aspects: {found[name]} and {aspect}")
            found[name] = aspect
    return MappingProxyType(found)


def alike(one: str, other: str) -> bool:
    """Whether two features say nearly the same."""
    return any(one in group and other in group for group in ALIKE)


def aspect(name: str) -> str:
    """The aspect of a feature; a feature of no aspect stands for itself."""
    return aspect_of().get(name, "likeness" if name.startswith("datta_familiarity_") else name)
