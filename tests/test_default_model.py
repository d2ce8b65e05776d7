"""The model that ships with the package: what its card promises."""

from __future__ import annotations

import importlib.resources

import numpy as np
import pandas as pd
import pytest

from iaa_classic import AestheticRegressor, FeatureExtractor, default_model
from iaa_classic import degradations as damage
from iaa_classic.default import default_scorer
from iaa_classic.features import catalogue

KINDS = {
    "defocus": [lambda rgb: damage.defocus(rgb, 3), lambda rgb: damage.defocus(rgb, 6)],
    "noise": [lambda rgb: damage.noise(rgb, 12), lambda rgb: damage.noise(rgb, 25)],
    "JPEG blocks": [lambda rgb: damage.jpeg(rgb, 20), lambda rgb: damage.jpeg(rgb, 8)],
    "underexposure": [lambda rgb: damage.expose(rgb, -1.5), lambda rgb: damage.expose(rgb, -2.5)],
    "overexposure": [lambda rgb: damage.expose(rgb, 1), lambda rgb: damage.expose(rgb, 1.8)],
}
PROBES = {
    "blurred": lambda rgb: damage.gaussian_blur(rgb, 2),
    "noisy": lambda rgb: damage.noise(rgb, 15),
    "grey lower half": lambda rgb: damage.grey_half(rgb),
    "shuffled": lambda rgb: damage.shuffle_blocks(rgb, 64, 1),
}


def scores(pictures):
    model = default_scorer()
    X = FeatureExtractor(model.feature_names_in_, n_jobs=2).fit_transform(list(pictures))
    return model.predict(X)


def test_damage_lowers_the_score_of_photographs_it_has_not_seen(kodak):
    original = scores(kodak.values())
    below = {
        name: [(scores(map(harm, kodak.values())) < original).mean() for harm in strengths] for name, strengths in KINDS.items()
    }
    assert np.mean(list(below.values())) >= 0.9, below


@pytest.mark.parametrize("name", PROBES)
def test_probes_lower_the_score(kodak, name):
    original = scores(kodak.values())
    assert (scores(map(PROBES[name], kodak.values())) < original).mean() >= 0.95


def test_damage_lowers_the_score_of_shipped_photographs(photographs):
    original = scores(photographs.values())
    strong = [strengths[-1] for strengths in KINDS.values()] + list(PROBES.values())
    below = [(scores(map(harm, photographs.values())) < original).mean() for harm in strong]
    assert np.mean(below) >= 0.9, below


def test_scale_is_used_and_effects_add_up(data):
    labels = pd.read_csv(data / "oasis" / "labels.csv")
    paths = [data / "oasis" / "images" / name for name in labels["image"][::4]]
    model = default_model()
    X = FeatureExtractor(list(model.feature_names_in_), n_jobs=2).fit_transform(paths)
    predicted = model.predict(X)
    assert np.subtract(*np.percentile(predicted, [98, 2])) >= 3
    assert np.abs(model.baseline_ + model.breakdown(X).sum(axis=1) - predicted).max() <= 1e-9
    assert np.corrcoef(predicted, labels["beauty_mean"][::4])[0, 1] > 0.6


def test_what_it_is():
    model = default_model()
    assert isinstance(model, AestheticRegressor)
    assert model.scale_ == (1, 10)
    assert set(model.feature_names_in_) <= set(catalogue())
    assert model.percentile([model.baseline_])[0] == pytest.approx(50, abs=8)
    assert default_scorer() is default_scorer()
    size = len((importlib.resources.files("iaa_classic") / "data" / "default.skops").read_bytes())
    assert size < 5 * 2**20


def test_limits_on_what_is_not_a_photograph(degenerate):
    assert np.isfinite(scores(degenerate.values())).all()
