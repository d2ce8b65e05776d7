"""Fit the model that ships with the package, measure how well it does, and write its card.

    python benchmarks/fit_default_model.py

It is the sum of two criterion-additive models of the same features, and so criterion-additive itself:

- *liking* learns from the OASIS photographs with their mean beauty ratings (1-7), and Vessel's with their mean liking (1-7),
  standardised to the mean and spread of OASIS's scenes, the category that they resemble; both then stretched linearly to the
  scale 1-10;
- *damage* learns what that model does not see of damage. For each of the better half of the photographs, ``--copies`` kinds of
  damage of random severity s in (0, 1] ought to cost ``cost(kind) * s`` points; the target of a damaged row is what remains
  of that once the liking model has spoken, the target of an undamaged row is 0.

The Kodak photographs and the wallpapers, on which damage is tested, are not seen. One model of ratings and damage at once
ranked held-out photographs clearly worse (SRCC 0.35): ten copies of a photograph repeat the noise of its rating ten times.

The fitted scores are stretched so that their spread over the rated photographs equals the spread of the ratings (regression
shrinks it), which keeps them sums of effects. Baseline, marks and percentiles refer to the undamaged photographs.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from damage import TRAINING
from rated_photographs import ROOT, environment, measured, measured_files, oasis, parser, pixels, vessel
from sklearn.model_selection import GroupKFold

from iaa_classic import AestheticRegressor, save_model
from iaa_classic.metrics import mae, plcc, srcc

SCALE = (1.0, 10.0)
LEFT_OUT = ("aspect_ratio",)
"""All OASIS photographs are 5:4, so that the shape of the frame would say which collection a photograph comes from."""
LIKING: dict[str, Any] = {"model": "gbm", "scale": SCALE}
DAMAGE: dict[str, Any] = {"model": "gbm", "scale": SCALE, "n_trees": 200, "max_depth": 4, "min_samples_leaf": 10, "n_bags": 4}


def to_scale(rating: pd.Series) -> pd.Series:
    """Ratings from 1-7 to 1-10, linearly."""
    return 1 + (rating - 1) * 9 / 6


def rated_photographs(data: Path) -> pd.DataFrame:
    """OASIS and Vessel on one scale, 1-10: ``path``, ``target``, ``group``, ``category``, ``source``."""
    first, second = oasis(data), vessel(data)
    scenes = first.loc[first["category"] == "Scene", "rating"]
    standard = (second["rating"] - second["rating"].mean()) / second["rating"].std()
    second["rating"] = (scenes.mean() + standard * scenes.std()).clip(1, 7)
    table = pd.concat([first.assign(source="oasis"), second.assign(source="vessel")], ignore_index=True)
    return table.assign(target=to_scale(table["rating"]))


def damaged_copies(rated: pd.DataFrame, *, copies: int, seed: int) -> pd.DataFrame:
    """Which photograph is damaged how: ``row`` (of ``rated``), ``kind``, ``severity``, ``target``, ``group``, ``seed``."""
    random = np.random.default_rng(seed)
    better = rated.index[rated["target"] >= rated["target"].median()]
    rows = []
    for row in better:
        for kind in random.choice(list(TRAINING), size=copies, replace=False):
            severity = float(1 - random.random())
            target = rated["target"][row] - TRAINING[kind].cost * severity
            rows.append(
                {
                    "row": row,
                    "kind": kind,
                    "severity": severity,
                    "target": target,
                    "group": rated["group"][row],
                    "seed": int(random.integers(2**31)),
                }
            )
    return pd.DataFrame(rows)


def costs_of(rated: pd.DataFrame, copies: pd.DataFrame) -> pd.Series:
    """What each damaged copy ought to lose, in points."""
    return rated["target"].loc[copies["row"]].set_axis(copies.index) - copies["target"]


def damaged_pixels(rated: pd.DataFrame, copies: pd.DataFrame) -> Iterator[np.ndarray]:
    """The damaged pictures, one after another."""
    for copy in copies.itertuples():
        rgb = pixels(rated["path"][copy.row])
        yield TRAINING[copy.kind].draw(rgb, copy.severity, np.random.default_rng(copy.seed))


def fit(
    X: pd.DataFrame, y: pd.Series, damaged: pd.DataFrame, copies: pd.DataFrame, costs: pd.Series, *, seed: int
) -> AestheticRegressor:
    """A model on photographs and damaged copies, stretched to the spread of the ratings.

    ``copies["row"]`` holds labels of ``X``'s index, ``costs`` what each damaged row ought to lose.
    """
    model = AestheticRegressor(random_state=seed, **LIKING).fit(X, y)
    liked = pd.Series(model.predict(X), index=X.index)
    unseen = liked.loc[copies["row"]].to_numpy() - costs.to_numpy() - model.predict(damaged)
    damage = AestheticRegressor(random_state=seed, **DAMAGE)
    damage.fit(pd.concat([X, damaged], ignore_index=True), np.r_[np.zeros(len(X)), unseen])
    model.plus(damage, X)
    factor = float(np.std(y) / np.std(model.predict(X)))
    return model.rescale(factor, float(np.mean(y)) - factor * model.baseline_, scale=SCALE)


def cross_validate(
    rated: pd.DataFrame, X: pd.DataFrame, copies: pd.DataFrame, damaged: pd.DataFrame, *, seed: int
) -> dict[str, float]:
    """Grouped 10-fold figures on OASIS: damaged copies of a held-out photograph are held out too."""
    own = np.flatnonzero(rated["source"] == "oasis")
    predictions = pd.Series(np.nan, index=rated.index)
    folds = []
    for _, test in GroupKFold(10).split(own, groups=rated["group"].iloc[own]):
        held_out = set(rated["group"].iloc[own[test]])
        keep, keep_damaged = ~rated["group"].isin(held_out), ~copies["group"].isin(held_out)
        parts = (damaged[keep_damaged], copies[keep_damaged], costs_of(rated, copies[keep_damaged]))
        model = fit(X[keep], rated["target"][keep], *parts, seed=seed)
        predictions.iloc[own[test]] = model.predict(X.iloc[own[test]])
        truth = rated["target"].iloc[own[test]]
        constant = np.full(len(test), rated["target"][keep].mean())
        folds.append((srcc(truth, predictions.iloc[own[test]]), mae(truth, constant)))
    truth, predicted = rated["target"].iloc[own], predictions.iloc[own]
    return {
        "srcc_pooled": float(srcc(truth, predicted)),
        "srcc_folds_mean": float(np.mean([fold[0] for fold in folds])),
        "srcc_folds_sd": float(np.std([fold[0] for fold in folds], ddof=1)),
        "plcc_pooled": float(plcc(truth, predicted)),
        "mae": float(mae(truth, predicted)),
        "mae_of_the_mean": float(np.mean([fold[1] for fold in folds])),
        "span_held_out": float(np.subtract(*np.percentile(predicted, [98, 2]))),
    }


def main() -> None:
    """Fit, measure, save."""
    options = parser(__doc__)
    options.add_argument("--copies", type=int, default=10, help="kinds of damage per photograph")
    options.add_argument("--output", type=Path, default=ROOT / "iaa_classic" / "data" / "default.skops")
    options.add_argument("--figures", type=Path, default=ROOT / "docs" / "default_model.json")
    given = options.parse_args()
    print(environment())
    rated = rated_photographs(given.data)
    X = measured_files("rated", rated["path"].tolist(), cache=given.cache, jobs=given.jobs).drop(columns=[*LEFT_OUT])
    copies = damaged_copies(rated, copies=given.copies, seed=given.seed)
    recipe_files = ("benchmarks/damage.py", "iaa_classic/degradations.py")
    recipe = zlib.crc32(b"".join((ROOT / name).read_bytes() for name in recipe_files))
    keys = [f"{copy.row}:{copy.kind}:{copy.severity}:{copy.seed}:{recipe}" for copy in copies.itertuples()]
    damaged = measured("damaged", keys, lambda: damaged_pixels(rated, copies), cache=given.cache, jobs=given.jobs)
    damaged = damaged.drop(columns=[*LEFT_OUT])
    figures: dict[str, Any] = {"environment": environment(), "seed": given.seed, "features": X.shape[1]}
    figures |= {"photographs": rated["source"].value_counts().to_dict(), "damaged_copies": len(copies)}
    model = fit(X, rated["target"], damaged, copies, costs_of(rated, copies), seed=given.seed)
    fitted = model.predict(X[rated["source"] == "oasis"])
    figures["span_over_oasis"] = float(np.subtract(*np.percentile(fitted, [98, 2])))
    save_model(model, given.output)
    figures["bytes"] = given.output.stat().st_size
    print(f"wrote {given.output}; cross-validating", flush=True)
    figures["cross_validation"] = cross_validate(rated, X, copies, damaged, seed=given.seed)
    given.figures.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
