"""What a model report is made from: the table, the judges of each photograph, and what their answers rest on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..measuring import describe_source
from .importance import Fold, linked, predicted
from .subject import Judge, Subject, subject_of

if TYPE_CHECKING:
    import pandas as pd

    from ..models import AdditiveModel

Floats = NDArray[np.float64]
Basis = Literal["cross-validated", "held-out", "in-sample", "unknown"]
Tell = Callable[[str, int, int], None]

BASES = {
    "cross-validated": "Every photograph is judged by a model of the same kind that was fitted on others and has not seen it.",
    "held-out": "The model was fitted on other photographs, as whoever made this report has stated.",
    "in-sample": "The model was fitted on these very photographs, so agreement with their ratings is flattered: "
    "expect clearly less of photographs that it has not seen.",
    "unknown": "Whether the model was fitted on some of these photographs is not known; if it was, agreement is flattered.",
    "none": "No ratings were given: shuffling is judged by how far the order of the model's own scores changes.",
}
"""What figures of agreement rest on."""


@dataclass(frozen=True, eq=False)
class Table:
    """The readable photographs, with all that is known of them."""

    X: pd.DataFrame
    ratings: NDArray[Any] | None
    ids: NDArray[np.intp]
    groups: NDArray[Any] | None
    categories: NDArray[np.object_] | None
    sources: list[Any] | None
    left_out: int

    @classmethod
    def of(cls, features: Any, ratings: Any, *, groups: Any, categories: Any, sources: Sequence[Any] | None) -> Table:
        """The table of what ``model_report`` was given, without rows that hold no value."""
        import pandas as pd

        X = features if isinstance(features, pd.DataFrame) else pd.DataFrame(np.asarray(features, dtype=np.float64))
        columns = {"ratings": ratings, "groups": groups, "categories": categories, "sources": sources}
        for name, values in columns.items():
            if values is not None and len(values) != len(X):
                raise UserError(f"{name} must hold one entry for each of the {len(X)} rows of features, got {len(values)}")
        readable = np.flatnonzero(X.notna().any(axis=1).to_numpy())
        if not readable.size:
            raise UserError(f"none of the {len(X)} rows of features holds a value: there is nothing to report on")
        own = None if groups is None else np.asarray(groups).astype(str)[readable]
        return cls(
            X=X.iloc[readable],
            ratings=None if ratings is None else np.asarray(ratings)[readable],
            ids=np.arange(len(readable)) if own is None else np.unique(own, return_inverse=True)[1],
            groups=own,
            categories=None if categories is None else np.asarray(categories).astype(str).astype(object)[readable],
            sources=None if sources is None else [sources[row] for row in readable.tolist()],
            left_out=len(X) - len(readable),
        )

    def name_of(self, row: int) -> str:
        """What a photograph is called."""
        return str(self.X.index[row]) if self.sources is None else describe_source(self.sources[row], row)


@dataclass(frozen=True, eq=False)
class State:
    """A subject and its judges over a table.

    Attributes
    ----------
    table : Table
    subject : Subject
    values : ndarray of float64, shape (n, n_features)
    scores : ndarray of float64, shape (n,)
        Of the model itself.
    parts : ndarray of float64, shape (n, n_criteria)
        Effects of its criteria.
    folds : list of Fold
        Judged photographs with their judges; all photographs with the model itself where there are no ratings.
    judged_scores, answers : ndarray of float64, shape (n,)
        The judges' scores, and these as what people might have said; NaN where nobody judges.
    basis, basis_text : str
    """

    table: Table
    subject: Subject
    values: Floats
    scores: Floats
    parts: Floats
    folds: list[Fold]
    judged_scores: Floats
    answers: Floats
    basis: str
    basis_text: str

    @property
    def model(self) -> AdditiveModel:
        """The model whose effects are told."""
        return self.subject.model

    @property
    def judged(self) -> NDArray[np.intp]:
        """Positions of the photographs that have a rating and a judge, ascending."""
        return np.sort(np.concatenate([fold.rows for fold in self.folds]))

    @property
    def answered(self) -> tuple[Floats | None, Floats | None]:
        """What was predicted and what people said; None without ratings."""
        return (None, None) if self.subject.truth is None else (self.answers, self.subject.truth)

    def parts_frame(self) -> pd.DataFrame:
        """Effects of the criteria, one column each."""
        import pandas as pd

        return pd.DataFrame(self.parts, columns=self.model.criteria_)

    def shuffling(self, most: int) -> dict[str, int]:
        """Over how many photographs columns are shuffled."""
        return {"shuffled": min(most, len(self.judged))}

    def settings(self) -> dict[str, Any]:
        """What was looked at."""
        subject, notes = self.subject, list(self.subject.notes)
        if self.table.left_out:
            notes.append(f"{self.table.left_out} rows without a single measured value are left out.")
        if subject.truth is not None and (unrated := len(self.table.X) - len(self.judged)):
            notes.append(f"{unrated} photographs without a rating count for effects only.")
        agreement = "AUC" if subject.answer == "class" and subject.truth is not None else "SRCC"
        return {
            "estimator": subject.kind,
            "photographs": len(self.table.X),
            "judged": 0 if subject.truth is None else len(self.judged),
            "groups": None if self.table.groups is None else len(np.unique(self.table.ids)),
            "criteria": len(self.model.criteria_),
            "features": len(self.model.feature_names_in_),
            "folds": len(self.folds) if self.basis == "cross-validated" else None,
            "score": subject.score_name,
            "rating": subject.truth_name,
            "answer": subject.answer,
            "agreement": agreement,
            "error": "Brier score" if subject.answer == "class" else "MAE",
            "notes": notes,
        }

    def predictions(self) -> pd.DataFrame:
        """The table ``ModelReport.predictions``."""
        import pandas as pd

        names = [self.table.name_of(row) for row in range(len(self.table.X))]
        frame = pd.DataFrame({"name": names, "score": self.scores}, index=self.table.X.index)
        if self.subject.truth is not None:
            fold = np.full(len(frame), -1)
            for number, one in enumerate(self.folds):
                fold[one.rows] = number
            frame["fold"] = fold
            frame["answer"], frame["rating"] = self.answers, self.subject.truth
            frame["residual"] = self.subject.truth - self.answers
        if self.table.categories is not None:
            frame["category"] = self.table.categories
        return frame


def prepared(
    model: Any, table: Table, *, of: Any, basis: str | None, rating_scale: Any, n_splits: int, seed: int, tell: Tell
) -> State:
    """Scores, effects and judges of the photographs of a table."""
    if basis not in (None, "cross-validated", "held-out", "in-sample", "unknown"):
        raise UserError(f"basis must be cross-validated, held-out, in-sample or unknown, got {basis!r}")
    subject = subject_of(model, table.X, table.ratings, groups=table.groups, of=of, rating_scale=rating_scale)
    own = subject.model
    try:
        values = own._table(table.X if hasattr(table.X.columns, "str") and _named(table.X, own) else table.X.to_numpy())
    except ValueError as error:
        raise UserError(str(error)) from error
    parts = own.core.parts(values)
    scores = own.baseline_ + parts.sum(axis=1)
    chosen, folds = _folds(subject, table, values, basis, n_splits, seed, tell)
    subject, folds = _ordering(subject, folds, values)
    judged = predicted(folds, values)
    return State(table, subject, values, scores, parts, folds, judged, linked(folds, judged), chosen, BASES[chosen])


def _named(X: pd.DataFrame, model: AdditiveModel) -> bool:
    """Whether the table's columns have names of their own, which then must be the model's."""
    return not (list(X.columns) == list(range(X.shape[1])) and model.feature_names_in_ == [f"x{k}" for k in range(X.shape[1])])


def _folds(
    subject: Subject, table: Table, values: Floats, basis: str | None, n_splits: int, seed: int, tell: Tell
) -> tuple[str, list[Fold]]:
    """What the agreement rests on, and who judges which photographs."""
    if subject.truth is None:
        return "none", [Fold(np.arange(len(values)), subject.judge)]
    rated = np.flatnonzero(np.isfinite(subject.truth))
    if rated.size < 2:
        raise UserError(f"{rated.size} photographs have a rating; at least 2 are needed, or leave the ratings out")
    if basis is None:
        basis = "unknown"
        if fitted_on(subject.model, values):
            enough = len(np.unique(table.ids[rated])) >= 2 and len(rated) >= 2 * n_splits
            basis = "cross-validated" if subject.refit is not None and enough else "in-sample"
    if basis != "cross-validated":
        return basis, [Fold(rated, subject.judge)]
    if subject.refit is None:
        raise UserError(f"this model cannot be cross-validated: {subject.why_not}; choose another basis, or leave it out")
    return basis, _cross_validated(subject, table, rated, n_splits, seed, tell)


def _cross_validated(
    subject: Subject, table: Table, rated: NDArray[np.intp], n_splits: int, seed: int, tell: Tell
) -> list[Fold]:
    from ..evaluation import grouped_folds

    assert subject.refit is not None
    assert subject.truth is not None
    classes = subject.truth[rated] if subject.answer == "class" else None
    ids = np.unique(table.ids[rated], return_inverse=True)[1]
    try:
        parts = grouped_folds(classes, ids, n_splits=n_splits, seed=seed)
    except ValueError as error:
        raise UserError(str(error)) from error
    folds = []
    for number, (train, test) in enumerate(parts):
        tell("Cross-validating", number, len(parts))
        folds.append(Fold(rated[test], subject.refit(rated[train])))
    tell("Cross-validating", len(parts), len(parts))
    return folds


def fitted_on(model: AdditiveModel, values: Floats) -> bool:
    """Whether a model was fitted on (or refers to) just these photographs: it remembers quantiles of every column."""
    from ..models.additive import _quantiles

    own = _quantiles(values).astype(np.float32).astype(np.float64)
    return bool(np.allclose(own, model.value_quantiles, rtol=1e-5, atol=1e-12, equal_nan=True))


def _ordering(subject: Subject, folds: list[Fold], values: Floats) -> tuple[Subject, list[Fold]]:
    """Of scores that only order, answers are on the line that leads from them to the ratings, fitted to the judged."""
    if subject.answer != "order" or subject.truth is None:
        return subject, folds
    scores = predicted(folds, values)
    known = np.isfinite(scores)
    x, y = scores[known], subject.truth[known]
    spread = x.var()
    slope = float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 0 else 0.0
    offset = float(y.mean() - slope * x.mean())
    note = f"Predicted ratings are the line {offset:.3g} + {slope:.3g} × score, fitted to these photographs."
    lined = [Fold(fold.rows, Judge(fold.judge.model, lambda scores: offset + slope * scores)) for fold in folds]
    return replace(subject, notes=(*subject.notes, note)), lined
