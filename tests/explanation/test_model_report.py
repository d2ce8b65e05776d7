"""Reports of models whose importance is known, what agreement rests on, and tables at the edge of what is defined."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from iaa_classic import UserError, default_model, metrics
from iaa_classic.evaluation import evaluate
from iaa_classic.explanation.model_report import model_report
from iaa_classic.models import AdditiveModel, AdditiveTrees, AestheticRegressor
from iaa_classic.models.additive import build_model
from iaa_classic.tasks import TASKS

QUICK = {"n_resamples": 30, "n_repeats": 2, "n_splits": 3}
NAMES = ["mean_lightness", "saturation", "hue_entropy"]


def stumps(X: np.ndarray) -> AdditiveModel:
    """A score of 5 ± 1 by column 0 (lighting) ± 0.5 by column 1 (colour); column 2 (colour, too) is not looked at."""
    core = AdditiveTrees(
        n_features=3,
        n_groups=2,
        baseline=5.0,
        tree_start=np.array([0, 3, 6]),
        tree_group=np.array([0, 1]),
        feature=np.array([0, 0, 0, 1, 0, 0]),
        threshold=np.array([0.5, 0, 0, 0.5, 0, 0]),
        missing_left=np.array([True, False, False, False, False, False]),
        left=np.array([1, 1, 2, 4, 4, 5]),
        right=np.array([2, 1, 2, 5, 4, 5]),
        value=np.array([0, -1.0, 1.0, 0, -0.5, 0.5]),
        cover=np.array([2.0, 1, 1, 2, 1, 1]),
    )
    criteria = ["lighting", "colour", "colour"]
    return build_model(core, X, names=NAMES, criteria_of=criteria, criteria=criteria[:2], scale=(1, 9), catalogue={})


@pytest.fixture(scope="module")
def balanced():
    """Forty photographs, ten at each corner of the two columns that count."""
    random = np.random.default_rng(0)
    corners = np.repeat([[0.2, 0.2], [0.2, 0.8], [0.8, 0.2], [0.8, 0.8]], 10, axis=0)
    X = np.column_stack([corners + random.uniform(-0.1, 0.1, corners.shape), random.random(40)])
    return pd.DataFrame(X, columns=NAMES)


@pytest.fixture(scope="module")
def known(balanced):
    model = stumps(balanced.to_numpy())
    truth = model.predict(balanced) + np.random.default_rng(1).normal(0, 0.2, 40)
    kinds = np.where(np.arange(40) % 2, "odd", "even")
    return model_report(model, balanced, truth, categories=kinds, groups=np.arange(40) // 2, basis="held-out", **QUICK)


def test_effect_sizes_are_those_of_the_stumps(known):
    np.testing.assert_allclose(known.criteria["effect"], [1.0, 0.5])
    np.testing.assert_allclose(known.criteria["sd"], [1.0, 0.5])
    np.testing.assert_allclose(known.criteria["share"], [0.8, 0.2])
    assert known.criteria["features"].tolist() == [1, 2]
    assert known.features.index.tolist() == NAMES
    np.testing.assert_allclose(known.features["effect"], [1.0, 0.5, 0.0], atol=1e-12)
    assert known.features["trend"].iloc[:2].min() > 0.8
    assert np.isnan(known.features["trend"].iloc[2])


def test_shuffling_costs_what_scoring_the_shuffled_table_anew_costs(balanced):
    model = stumps(balanced.to_numpy())
    truth = model.predict(balanced) + np.random.default_rng(1).normal(0, 0.2, 40)
    report = model_report(model, balanced, truth, basis="held-out", n_repeats=4, n_resamples=0, seed=7)
    random = np.random.default_rng(7)
    orders = [random.permutation(40) for _ in range(4)]
    before = metrics.srcc(truth, model.predict(balanced)), metrics.mae(truth, model.predict(balanced))
    own = {"lighting": NAMES[:1], "colour": NAMES[1:]}
    for table, sets in ((report.criteria, own), (report.features, {name: [name] for name in NAMES})):
        for name, columns in sets.items():
            drops, rises = [], []
            for order in orders:
                shuffled = balanced.copy()
                shuffled[columns] = balanced[columns].to_numpy()[order]
                drops.append(before[0] - metrics.srcc(truth, model.predict(shuffled)))
                rises.append(metrics.mae(truth, model.predict(shuffled)) - before[1])
            assert table.loc[name, "drop"] == pytest.approx(np.mean(drops), abs=1e-12)
            assert table.loc[name, "rise"] == pytest.approx(np.mean(rises), abs=1e-12)


@pytest.mark.parametrize("kind", ["svm", "both"])
def test_cross_validated_shuffling_is_that_of_the_models_that_have_not_seen_the_photographs(rated, kind):
    X, y, groups = rated
    estimator = AestheticRegressor(kind, criteria=CRITERIA, n_trees=10, n_bags=1, random_state=0).fit(X, y)
    report = model_report(estimator, X, y, groups=groups, n_splits=3, n_repeats=1, n_resamples=0)
    fold = report.predictions["fold"].to_numpy()
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = X.copy()
    shuffled["b"] = X["b"].to_numpy()[order]
    before, after = np.empty(len(X)), np.empty(len(X))
    for number in range(3):
        fitted = AestheticRegressor(kind, criteria=CRITERIA, n_trees=10, n_bags=1, random_state=0)
        fitted.fit(X[fold != number], y[fold != number])
        before[fold == number] = fitted.predict(X[fold == number])
        after[fold == number] = fitted.predict(shuffled[fold == number])
    assert not set(groups[fold == 0]) & set(groups[fold == 1])
    np.testing.assert_allclose(report.predictions["answer"], before, atol=1e-9)
    drop = metrics.srcc(y, before) - metrics.srcc(y, after)
    assert report.features.loc["b", "drop"] == pytest.approx(drop, abs=1e-9)


def test_what_is_not_looked_at_costs_nothing_to_shuffle(known):
    idle = known.features.loc["hue_entropy"]
    assert (idle[["effect", "drop", "drop_low", "drop_high", "rise", "rise_low", "rise_high"]] == 0).all()
    assert known.criteria.loc["lighting", "drop"] > known.criteria.loc["colour", "drop"] > 0


def test_intervals_cover_their_figures(known):
    for table in (known.criteria, known.features):
        for by in ("effect", "drop", "rise"):
            assert (table[f"{by}_low"] <= table[by] + 1e-12).all()
            assert (table[by] <= table[f"{by}_high"] + 1e-12).all()
    # Repeated photographs are ties, which lower a rank correlation near 1 in every resample.
    figures = known.figures.drop(index="SRCC")
    assert ((figures["low"] <= figures["value"]) & (figures["value"] <= figures["high"])).all()
    table = known.calibration
    assert ((table["low"] <= table["truth"]) & (table["truth"] <= table["high"])).all()


def test_curves_step_where_the_stumps_do(known, balanced):
    curve = known.curves["mean_lightness"]
    np.testing.assert_array_equal(curve.values, np.sort(balanced["mean_lightness"]))
    np.testing.assert_allclose(curve.effects, np.where(curve.values > 0.5, 1, -1))
    np.testing.assert_allclose(curve.mean[[0, -1]], [-1, 1])
    assert (curve.low <= curve.mean + 1e-12).all()
    assert (curve.mean <= curve.high + 1e-12).all()
    assert (np.diff(curve.centres) > 0).all()
    assert curve.counts.sum() == 40
    assert curve.missing == 0


def test_calibration_residuals_and_galleries_are_those_of_the_table(known):
    table = known.predictions
    np.testing.assert_allclose(table["residual"], table["rating"] - table["answer"])
    assert known.calibration["n"].sum() == 40
    order = np.argsort(table["answer"].to_numpy(), kind="stable")
    first = np.array_split(order, len(known.calibration))[0]
    assert known.calibration.loc[0, "truth"] == pytest.approx(table["rating"].to_numpy()[first].mean())
    odd = table[table["category"] == "odd"]
    assert known.residuals.loc["odd", "mean"] == pytest.approx(odd["residual"].mean())
    assert known.residuals.loc["odd", "error"] == pytest.approx(odd["residual"].abs().mean())
    assert known.residuals.loc["odd", "n"] == 20
    assert [one.score for one in known.best] == [6.5] * 8
    assert [one.score for one in known.worst] == [3.5] * 8
    assert known.best[0].effects == {"lighting": 1.0, "colour": 0.5}
    off = table["residual"].sort_values()
    assert known.underrated[0].rating - known.underrated[0].answer == pytest.approx(off.iloc[-1])
    assert known.overrated[0].rating - known.overrated[0].answer == pytest.approx(off.iloc[0])
    np.testing.assert_allclose(known.correlations, np.eye(2), atol=1e-9)


def test_a_report_is_ready_for_json_and_a_table(known):
    plain = json.loads(json.dumps(known.to_dict(), allow_nan=False))
    assert plain["basis"] == "held-out"
    assert [row["criterion"] for row in plain["criteria"]] == ["lighting", "colour"]
    assert plain["curves"]["saturation"]["effects"] == known.curves["saturation"].effects.tolist()
    assert plain["features"][2]["trend"] is None
    assert plain["best"][0]["score"] == 6.5
    assert plain["summary"] == known.summary()
    frame = known.to_frame()
    assert frame.loc["mean_lightness", "label"] == "overall lightness"
    frame["effect"] = 0
    assert known.features["effect"].iloc[0] == pytest.approx(1)


def test_the_summary_restates_the_numbers(known):
    told = " ".join(known.summary())
    assert "lighting (80 %) and colour (20 %)" in told
    assert "2 of 3 features act" in told
    assert f"SRCC with the ratings is {known.figures.loc['SRCC', 'value']:.2f}" in told
    assert "none of which the model has seen" in told


CRITERIA = ["lighting", "lighting", "colour"]


@pytest.fixture(scope="module")
def rated():
    """A table, ratings that follow its first column most, and pairs as groups."""
    X = pd.DataFrame(np.random.default_rng(2).random((48, 3)), columns=["a", "b", "c"])
    return X, (1 + 3 * X["a"] + X["b"] + np.random.default_rng(3).normal(0, 0.1, 48)).to_numpy(), np.arange(48) // 2


@pytest.fixture(scope="module")
def svm(rated):
    X, y, _ = rated
    return AestheticRegressor("svm", criteria=CRITERIA, random_state=0).fit(X, y)


def test_a_model_of_just_these_photographs_is_cross_validated(rated, svm):
    X, y, groups = rated
    report = model_report(svm, X, y, groups=groups, **QUICK)
    assert (report.basis, report.settings["folds"]) == ("cross-validated", 3)
    judged = evaluate(svm, X, y, task=TASKS["score"], groups=groups, n_splits=3, n_resamples=1)
    for figure in ("SRCC", "PLCC", "MAE", "RMSE"):
        assert report.figures.loc[figure, "value"] == pytest.approx(judged.figures.loc[figure, "value"], abs=1e-9)
    np.testing.assert_allclose(report.predictions["score"], svm.predict(X), atol=1e-9)
    assert np.abs(report.predictions["score"] - report.predictions["answer"]).max() > 0.01


def test_what_agreement_rests_on_is_found_out_or_said(rated, svm):
    X, y, _ = rated
    bare = svm.model_
    assert model_report(bare, X, y, **QUICK).basis == "in-sample"
    assert model_report(svm, X.iloc[:30], y[:30], **QUICK).basis == "unknown"
    assert model_report(svm, X, y, basis="held-out", **QUICK).basis == "held-out"
    assert model_report(svm, X, **QUICK).basis == "none"
    in_sample = model_report(svm, X, y, basis="in-sample", **QUICK)
    assert in_sample.figures.loc["SRCC", "value"] == pytest.approx(metrics.srcc(y, svm.predict(X)))
    assert "flattered" in in_sample.basis_text
    with pytest.raises(UserError, match="cannot be cross-validated: a bare AdditiveModel"):
        model_report(bare, X, y, basis="cross-validated", **QUICK)
    stretched = AestheticRegressor("svm", criteria=CRITERIA, scale=(1, 6), random_state=0).fit(X, y).rescale(2)
    with pytest.raises(UserError, match="put together from several fits, or stretched"):
        model_report(stretched, X, y, basis="cross-validated", **QUICK)


def test_without_ratings_shuffling_is_judged_by_the_models_own_order(rated, svm):
    X, _, _ = rated
    report = model_report(svm, X, **QUICK)
    assert report.figures is report.calibration is report.residuals is None
    assert report.underrated == ()
    assert report.features["drop"].idxmax() == "a"
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = X.assign(a=X["a"].to_numpy()[order])
    one = model_report(svm, X, n_repeats=1, n_resamples=0)
    assert one.features.loc["a", "drop"] == pytest.approx(1 - metrics.srcc(svm.predict(X), svm.predict(shuffled)))
    assert "SRCC with" not in " ".join(report.summary())


def test_groups_widen_intervals(rated, svm):
    X, y, _ = rated
    many = {"basis": "held-out", "n_repeats": 1, "n_resamples": 200}
    X = pd.concat([X, X, X], ignore_index=True)
    y = np.tile(y, 3)
    widths = [
        np.ptp(model_report(svm, X, y, groups=groups, **many).figures.loc["SRCC", ["low", "high"]].astype(float))
        for groups in (None, np.tile(np.arange(48), 3))
    ]
    assert widths[1] > 1.2 * widths[0]


def test_scales_are_mapped_end_to_end_or_refused(balanced):
    model = stumps(balanced.to_numpy())
    truth = (model.predict(balanced) - 1) / 8 * 100
    report = model_report(model, balanced, truth, rating_scale=(0, 100), basis="held-out", **QUICK)
    np.testing.assert_allclose(report.predictions["answer"], truth)
    assert report.figures.loc["MAE", "value"] == pytest.approx(0, abs=1e-9)
    assert "1 to 9" in report.settings["notes"][0]
    with pytest.raises(UserError, match="not on the model's scale, 1 to 9"):
        model_report(model, balanced, truth, **QUICK)
    with pytest.raises(UserError, match="rating_scale must be"):
        model_report(model, balanced, truth, rating_scale=(100, 0), **QUICK)


# The edge of what is defined -----------------------------------------------------------------------------------------


def test_one_photograph(balanced):
    model = stumps(balanced.to_numpy())
    report = model_report(model, balanced.iloc[:1], **QUICK)
    assert report.criteria["effect"].tolist() == [1.0, 0.5]
    assert report.criteria["share"].isna().all()
    assert len(report.best) == len(report.worst) == 1
    json.dumps(report.to_dict(), allow_nan=False)
    assert report.summary()[0] == "It gives all these photographs the same score."
    with pytest.raises(UserError, match="1 photographs have a rating; at least 2"):
        model_report(model, balanced.iloc[:1], [4.0], **QUICK)
    two = model_report(model, balanced.iloc[[0, 39]], [4.0, 6.0], **QUICK)
    assert two.figures.loc["SRCC", "value"] == 1.0


def test_constant_missing_and_unreadable_values(balanced):
    table = balanced.copy()
    model = stumps(balanced.to_numpy())
    table["hue_entropy"] = 3.0
    table.iloc[:4, 0] = np.nan
    table.iloc[5] = np.nan
    ratings = np.linspace(3, 7, 40)
    ratings[6] = np.nan
    report = model_report(model, table, ratings, sources=[f"{k}.jpg" for k in range(40)], basis="held-out", **QUICK)
    assert report.settings["photographs"] == 39
    assert report.settings["judged"] == 38
    assert len(report.settings["notes"]) == 2
    assert "5.jpg" not in report.predictions["name"].tolist()
    assert report.features.loc["mean_lightness", "missing"] == pytest.approx(4 / 39)
    assert report.curves["mean_lightness"].missing == 4
    assert report.curves["mean_lightness"].missing_effect == -1.0
    flat = report.curves["hue_entropy"]
    assert (flat.centres.tolist(), flat.mean.tolist(), int(flat.counts.sum())) == ([3.0], [0.0], 39)
    json.dumps(report.to_dict(), allow_nan=False)
    gone = table.assign(hue_entropy=np.nan)
    assert model_report(model, gone, **QUICK).curves["hue_entropy"].edges.size == 0
    with pytest.raises(UserError, match="none of the 40 rows of features holds a value"):
        model_report(model, balanced * np.nan, **QUICK)


def test_ratings_that_do_not_differ(balanced):
    report = model_report(stumps(balanced.to_numpy()), balanced, np.full(40, 5.0), **QUICK)
    assert np.isnan(report.figures.loc["SRCC", "value"])
    assert report.criteria["drop"].isna().all()
    assert report.criteria["rise"].notna().all()
    assert "undefined" in " ".join(report.summary())
    json.dumps(report.to_dict(), allow_nan=False)


def test_the_same_seed_gives_the_same_report(rated, svm):
    X, y, groups = rated
    few = {**QUICK, "max_effects": 20, "max_shuffled": 30}
    first, second = (model_report(svm, X, y, groups=groups, seed=5, **few).to_dict() for _ in range(2))
    assert first == second
    assert (first["settings"]["effects_of"], first["settings"]["shuffled"]) == (20, 30)
    assert len(first["curves"]["a"]["values"]) == 20
    assert sum(first["curves"]["a"]["counts"]) == 48


def test_progress_is_told_to_the_end(rated, svm):
    X, y, _ = rated
    told = []
    model_report(svm, X, y, tell=lambda *step: told.append(step), **QUICK)
    ends = {stage: (done, total) for stage, done, total in told}
    assert set(ends) == {"Cross-validating", "Effects of features", "Shuffling"}
    assert all(done == total for done, total in ends.values())


def test_the_built_in_model():
    model = default_model()
    X = pd.DataFrame(model.model_.value_quantiles[20:80:4], columns=model.feature_names_in_)
    ratings = np.clip(model.predict(X), 1, 10)
    report = model_report(model, X, ratings, n_repeats=1, n_resamples=5)
    assert report.basis == "unknown"
    effects = model.feature_effects(X)
    np.testing.assert_allclose(report.features["effect"], effects.abs().mean()[report.features.index], atol=1e-12)
    assert report.criteria.index.tolist() == model.criteria_
    assert report.criteria["share"].sum() == pytest.approx(1)
