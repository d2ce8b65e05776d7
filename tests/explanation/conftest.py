"""A small model of few, quick features, so that suggestions and region effects are tested in moments."""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
import pytest

from iaa_classic import AestheticRegressor
from iaa_classic.features import Picture, measure, select

NAMES = ["mean_lightness", "rms_contrast", "clipped_highlights", "mean_chroma", "mean_lab_b", "horizon_tilt", "open_space"]


@pytest.fixture(scope="session")
def small_photo(photographs):
    """A photograph of 240 x 160 pixels, darker and duller than it should be."""
    rgb = cv2.resize(photographs["coffee"], (240, 160), interpolation=cv2.INTER_AREA)
    return np.asarray(rgb * 0.6, dtype=np.uint8)


@pytest.fixture(scope="session")
def small_model(photographs):
    """A model that likes light, colourful and level pictures."""
    random = np.random.default_rng(3)
    records = select(NAMES)
    start = np.array([measure(Picture(rgb), records) for rgb in photographs.values()])
    X = pd.DataFrame(np.repeat(start, 30, axis=0) + random.normal(0, 0.5, (30 * len(start), len(NAMES))) * start.std(axis=0))
    X.columns = NAMES
    liked = X["mean_lightness"] / 20 + X["mean_chroma"] / 15 - X["horizon_tilt"] / 4 - 3 * X["clipped_highlights"]
    return AestheticRegressor("svm").fit(X, liked)
