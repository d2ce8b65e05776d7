"""How well interpretable features predict beauty ratings, and how exact the sums are.

    python benchmarks/accuracy.py

Grouped 10-fold cross-validation on OASIS (photographs of one theme are never split), for trees and support vectors, beside a
constant baseline and mean lightness alone; then the additivity of both models over all of OASIS. "svm, chosen inside" chooses
cost and width by grouped 5-fold cross-validation inside each training fold, so that no choice sees held-out photographs. Then
classes, distributions of ratings and orders (``answers.py``). One person's taste has a script of its own, ``personal.py``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from answers import distributions, orders, thirds
from rated_photographs import environment, measured_files, oasis, oasis_counts, parser
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold

from iaa_classic import AestheticRegressor
from iaa_classic.metrics import srcc
from iaa_classic.validation import cross_validate

CHOICES = {"C": [0.125, 0.25, 0.5], "gamma": [0.05, 0.1, 0.2]}


def chosen_inside(X: pd.DataFrame, y: np.ndarray, groups: pd.Series, jobs: int) -> tuple[list[float], np.ndarray]:
    """SRCC of each fold and the held-out predictions of support vectors whose settings are chosen inside training folds."""
    held_out, folds = np.full(len(y), np.nan), []
    for train, test in GroupKFold(10).split(X, y, groups):
        search = GridSearchCV(AestheticRegressor("svm"), CHOICES, scoring=make_scorer(srcc), cv=GroupKFold(5), n_jobs=jobs)
        search.fit(X.iloc[train], y[train], groups=groups.iloc[train])
        held_out[test] = search.predict(X.iloc[test])
        folds.append(srcc(y[test], held_out[test]))
    return folds, held_out


def main() -> None:
    """Print the figures."""
    given = parser(__doc__).parse_args()
    print(environment())
    rated = oasis(given.data)
    X = measured_files("oasis", rated["path"].tolist(), cache=given.cache, jobs=given.jobs)
    y = rated["rating"].to_numpy()
    print(f"OASIS: {len(y)} photographs, {rated['group'].nunique()} groups, {X.shape[1]} features, seed {given.seed}")
    print(f"mean lightness alone: SRCC {abs(srcc(y, X['mean_lightness'])):.3f}")
    rows, held_out = {}, {}
    for kind in ("gbm", "svm", "both"):
        model = AestheticRegressor(model=kind, random_state=given.seed)
        result = cross_validate(model, X, y, rated["group"], n_splits=10)
        held_out[kind] = result.predictions
        folds = result.folds
        fitted = model.fit(X, y)
        sums = fitted.baseline_ + fitted.breakdown(X).sum(axis=1)
        inside = fitted.feature_effects(X).T.groupby(dict(zip(X.columns, fitted.model_.feature_criteria, strict=True))).sum().T
        rows[kind] = {
            "SRCC pooled": srcc(y, result.predictions),
            "SRCC fold mean": folds["srcc"].mean(),
            "sd": folds["srcc"].std(),
            "PLCC fold mean": folds["plcc"].mean(),
            "MAE": folds["mae"].mean(),
            "MAE of constant": folds["baseline_mae"].mean(),
            "max |sum - score|": np.abs(sums - fitted.predict(X)).max(),
            "max |features - criterion|": np.abs(inside[fitted.criteria_] - fitted.breakdown(X)).max(axis=None),
        }
    table = pd.DataFrame(rows).T
    print(table.to_string(float_format=lambda value: f"{value:.3g}"))
    inside_folds, inside_predictions = chosen_inside(X, y, rated["group"], given.jobs)
    pooled, spread = srcc(y, inside_predictions), np.std(inside_folds, ddof=1)
    print(f"svm, chosen inside: SRCC pooled {pooled:.3f}, fold mean {np.mean(inside_folds):.3f}, sd {spread:.3f}")
    both = (table.loc["gbm"] + table.loc["svm"]) / 2
    print(f"mean of gbm and svm: SRCC pooled {both['SRCC pooled']:.3f}, fold mean {both['SRCC fold mean']:.3f}")
    rows_of = rated.groupby("category").indices
    categories = (f"{name} {srcc(y[part], held_out['both'][part]):.3f}" for name, part in rows_of.items())
    print("SRCC of both by category: " + ", ".join(categories))
    other_answers(X, y, rated["group"], oasis_counts(given.data), given.seed)


def other_answers(X: pd.DataFrame, y: np.ndarray, groups: pd.Series, counts: np.ndarray, seed: int) -> None:
    """Print the figures of classes, distributions and orders."""
    shown = {"float_format": lambda value: f"{value:.3f}"}
    found = thirds(X, y, groups, seed=seed)
    columns = {kind: evaluation.figures["value"] for kind, evaluation in found.items()}
    columns |= {f"{kind}, mean of folds": evaluation.figures["fold_mean"] for kind, evaluation in found.items()}
    judged = found["both"].settings["judged"]
    print(f"\nTop against bottom third ({judged} photographs; balanced classes)")
    print(pd.DataFrame(columns).to_string(**shown))
    figures = distributions(X, counts, groups, seed=seed).figures[["value", "low", "high", "constant"]]
    figures["gain %"] = 100 * (1 - figures["value"] / figures["constant"])
    print("\nDistribution of ratings, both (gain: how far below the constant histogram)")
    print(figures.to_string(**shown))
    print("\nPairwise accuracy on held-out pairs whose ratings differ by more than 0.5")
    print(orders(X, y, groups, seed=seed).to_string(**shown))


if __name__ == "__main__":
    main()
