"""What a model report looks at: the additive model of an estimator, the answers it gives, and how it is fitted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import UserError

if TYPE_CHECKING:
    from ..models import AdditiveModel

Floats = NDArray[np.float64]
Link = Callable[[Floats], Floats]

_SLACK = 0.25
"""Share of the scale's width by which ratings may lie outside of a model's scale and still be meant on it."""


@dataclass(frozen=True)
class Judge:
    """A model and the line (or curve) from its score to the answer that people gave."""

    model: AdditiveModel
    link: Link


@dataclass(frozen=True, eq=False)
class Subject:
    """A fitted model as a report sees it.

    Attributes
    ----------
    kind : str
        Name of the estimator's class.
    model : AdditiveModel
        The score that is explained.
    answer : {"rating", "class", "order"}
        What ``truth`` is: a rating, whether a photograph is of a class, or something that the score only orders.
    score_name, truth_name : str
        What the score and the truth are called, for people.
    truth : ndarray of float64, shape (n,), or None
    judge : Judge
        ``model`` with the link to ``truth``.
    refit : callable or None
        Takes the rows to fit on and returns the judge of a model that has seen no others; None if it cannot be fitted again.
    why_not : str
        Why it cannot, where it cannot.
    """

    kind: str
    model: AdditiveModel
    answer: str
    score_name: str
    truth_name: str
    truth: Floats | None
    judge: Judge
    refit: Callable[[NDArray[np.intp]], Judge] | None = None
    why_not: str = ""
    notes: tuple[str, ...] = field(default=())


def subject_of(
    estimator: Any, X: Any, ratings: ArrayLike | None, *, groups: Any, of: Any, rating_scale: tuple[float, float] | None
) -> Subject:
    """The subject of any fitted estimator of this package, of an additive model, or of a pipeline that ends in one.

    Raises
    ------
    UserError
        If ``estimator`` is something else or not fitted, ``of`` is needed and missing or unknown, or the ratings do not fit it.
    """
    estimator = getattr(estimator, "steps", [("", estimator)])[-1][1]
    kind = type(estimator).__name__
    makers: dict[str, Callable[..., Subject]] = {
        "AdditiveModel": _fixed,
        "AestheticRegressor": _regressor,
        "PersonalizedRegressor": _regressor,
        "ScoreDistributionRegressor": _distribution,
        "AttributeRegressor": _attribute,
        "AestheticRanker": _ranker,
        "AestheticClassifier": _classifier,
    }
    if kind not in makers:
        raise UserError(f"a report is made of a fitted estimator of iaa-classic or an AdditiveModel, got {kind}")
    if of is not None and kind not in ("AestheticClassifier", "AttributeRegressor"):
        raise UserError(f"of={of!r} names a class or an attribute; a {kind} has one score, leave it out")
    if kind != "AdditiveModel" and not any(hasattr(estimator, name) for name in ("model_", "models_", "estimators_")):
        raise UserError(f"the {kind} is not fitted yet; fit it first")
    return makers[kind](estimator, X, ratings, groups=groups, of=of, rating_scale=rating_scale)


def _numbers(ratings: ArrayLike | None, rows: int) -> Floats | None:
    if ratings is None:
        return None
    try:
        values = np.asarray(ratings, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError("ratings must be numbers, one per photograph") from None
    if values.shape != (rows,):
        raise UserError(f"ratings must be one number for each of the {rows} rows of features, got shape {values.shape}")
    return values


def scale_link(scale: tuple[float, float], truth: Floats | None, rating_scale: tuple[float, float] | None) -> Link:
    """The line that maps the ends of the model's scale to those of the ratings' scale; no fit, so it flatters nobody.

    Raises
    ------
    UserError
        If no scale of the ratings is given and they lie far outside of the model's.
    """
    low, high = scale
    if rating_scale is None:
        known = np.empty(0) if truth is None else truth[np.isfinite(truth)]
        slack = _SLACK * (high - low)
        if known.size and (known.min() < low - slack or known.max() > high + slack):
            raise UserError(
                f"ratings from {known.min():g} to {known.max():g} are not on the model's scale, {low:g} to {high:g}; "
                "say which scale they are on with rating_scale=(lowest, highest)"
            )
        return lambda scores: scores
    bottom, top = rating_scale
    if not (np.isfinite([bottom, top]).all() and bottom < top):
        raise UserError(f"rating_scale must be (lowest, highest), got {rating_scale!r}")
    factor = (top - bottom) / (high - low) if high > low else 1.0
    return lambda scores: bottom + factor * (scores - low)


def _scale_note(scale: tuple[float, float], rating_scale: tuple[float, float] | None) -> tuple[str, ...]:
    if rating_scale is None or tuple(map(float, rating_scale)) == scale:
        return ()
    ends = (f"{low:g} to {high:g}" for low, high in (scale, rating_scale))
    return ("Predicted ratings are scores with the ends of their scale, {}, put to those of the ratings', {}.".format(*ends),)


def _fixed(model: Any, X: Any, ratings: Any, *, rating_scale: Any, kind: str = "AdditiveModel", **_: Any) -> Subject:
    truth = _numbers(ratings, len(X))
    return Subject(
        kind=kind,
        model=model,
        answer="rating",
        score_name="score",
        truth_name="rating",
        truth=truth,
        judge=Judge(model, scale_link(model.scale_, truth, rating_scale)),
        notes=_scale_note(model.scale_, rating_scale),
        why_not="a bare AdditiveModel does not say how it was fitted",
    )


def _regressor(estimator: Any, X: Any, ratings: Any, *, rating_scale: Any, **_: Any) -> Subject:
    bare = _fixed(estimator.model_, X, ratings, rating_scale=rating_scale, kind=type(estimator).__name__)
    changed = _changed(estimator)
    if changed or bare.truth is None:
        return _with(bare, why_not=changed or "there are no ratings")
    truth = bare.truth

    def refit(train: NDArray[np.intp]) -> Judge:
        fitted = _fit(estimator, X, truth, train)
        return Judge(fitted.model_, lambda scores: scores)

    return _with(bare, refit=refit, why_not="")


def _with(subject: Subject, **changes: Any) -> Subject:
    return replace(subject, **changes)


def _changed(estimator: Any) -> str:
    """Why a clone of a regressor would not be the same kind of model: it was put together or stretched after its fit."""
    from ..models import AdditiveAverage, AdditiveKernel, AdditiveTrees

    kinds = {"gbm": [AdditiveTrees], "svm": [AdditiveKernel], "both": [AdditiveTrees, AdditiveKernel]}
    wanted = kinds.get(getattr(estimator, "model", ""))
    if wanted is None:
        return ""
    core = estimator.model_.core
    own = [type(one) for one in core.cores] if isinstance(core, AdditiveAverage) else [type(core)]
    stretched = estimator.scale is not None and tuple(map(float, estimator.scale)) != estimator.model_.scale_
    if own != wanted or stretched:
        return "the model was put together from several fits, or stretched, and a new fit would not give it back"
    return ""


def _fit(estimator: Any, X: Any, y: Any, train: NDArray[np.intp], **options: Any) -> Any:
    from sklearn.base import clone

    fresh = clone(estimator)
    if "interval_folds" in fresh.get_params():
        fresh.set_params(interval_folds=0)
    table = X.iloc[train] if hasattr(estimator, "feature_names_in_") else X.to_numpy()[train]
    return fresh.fit(table, y[train], **options)


def _distribution(estimator: Any, X: Any, ratings: Any, *, rating_scale: Any, **_: Any) -> Subject:
    means, shares = ratings, None
    if ratings is not None and np.ndim(ratings) == 2:
        shares = np.asarray(ratings, dtype=np.float64)
        if shares.shape != (len(X), len(estimator.levels_)):
            raise UserError(
                f"a distribution needs one count for each of the {len(estimator.levels_)} levels, or the mean rating, "
                f"for each of the {len(X)} photographs; got shape {shares.shape}"
            )
        total = shares.sum(axis=1)
        means = np.divide(shares @ estimator.levels_, total, out=np.full(len(X), np.nan), where=total > 0)
    bare = _fixed(estimator.model_, X, means, rating_scale=rating_scale, kind=type(estimator).__name__)
    bare = _with(bare, score_name="mean score", truth_name="mean rating")
    if shares is None:
        return _with(bare, why_not="only mean ratings were given, and it is fitted on distributions")

    def refit(train: NDArray[np.intp]) -> Judge:
        return Judge(_fit(estimator, X, shares, train).model_, lambda scores: scores)

    return _with(bare, refit=refit, why_not="")


def _attribute(estimator: Any, X: Any, ratings: Any, *, of: Any, rating_scale: Any, **_: Any) -> Subject:
    names = ", ".join(map(repr, estimator.attributes_))
    kind = type(estimator).__name__
    if of is None:
        if not hasattr(estimator, "model_"):
            raise UserError(f"the model predicts several attributes; name one with of=: {names}")
        bare = _fixed(estimator.model_, X, ratings, rating_scale=rating_scale, kind=kind)
        return _with(bare, why_not="the overall score is learnt from all attributes, of which the report knows one")
    if of not in estimator.attributes_:
        raise UserError(f"there is no attribute {of!r}; of= takes one of {names}")
    own = estimator.estimators_[estimator.attributes_.index(of)]
    subject = _regressor(own, X, ratings, rating_scale=rating_scale)
    return _with(subject, kind=kind, score_name=f"score of {of}", truth_name=f"rating of {of}")


def _ranker(estimator: Any, X: Any, ratings: Any, **_: Any) -> Subject:
    truth = _numbers(ratings, len(X))
    subject = Subject(
        kind=type(estimator).__name__,
        model=estimator.model_,
        answer="order",
        score_name="score",
        truth_name="rating",
        truth=truth,
        judge=Judge(estimator.model_, lambda scores: scores),
        why_not="there are no ratings",
        notes=("Scores are logits of being preferred: they order photographs and are on no scale of ratings.",),
    )
    if truth is None:
        return subject

    def refit(train: NDArray[np.intp]) -> Judge:
        return Judge(_fit(estimator, X, truth, train).model_, lambda scores: scores)

    return _with(subject, refit=refit, why_not="")


def _classifier(estimator: Any, X: Any, ratings: Any, *, groups: Any, of: Any, **_: Any) -> Subject:
    names = estimator.classes_.tolist()
    if of is None and len(names) > 2:
        raise UserError(f"the model tells {len(names)} classes apart; name one with of=: {', '.join(map(repr, names))}")
    of = names[-1] if of is None else of
    if of not in names:
        raise UserError(f"there is no class {of!r}; of= takes one of {', '.join(map(repr, names))}")
    truth = None if ratings is None else _membership(ratings, names, of, len(X))
    subject = Subject(
        kind=type(estimator).__name__,
        model=_decision(estimator, of).model,
        answer="class",
        score_name=f"decision value for {of!r}",
        truth_name=f"share of {of!r}",
        truth=truth,
        judge=_decision(estimator, of),
        why_not="there are no ratings",
        notes=(f"Scores are decision values: above 0 they speak for {of!r}. Effects are in their units.",),
    )
    if truth is None:
        return subject
    classes = np.asarray(ratings)

    def refit(train: NDArray[np.intp]) -> Judge:
        if len(np.unique(classes[train])) < len(names):
            raise UserError("a class is missing from the photographs of some fold; give more photographs or fewer folds")
        options = {} if groups is None else {"groups": groups[train]}
        return _decision(_fit(estimator, X, classes, train, **options), of)

    return _with(subject, refit=refit, why_not="")


def _membership(classes: Any, names: list[Any], of: Any, rows: int) -> Floats:
    own = np.asarray(classes)
    if own.shape != (rows,):
        raise UserError(f"ratings must be one class for each of the {rows} photographs, got shape {own.shape}")
    unknown = sorted({str(one) for one in own.tolist() if one not in names})
    if unknown:
        raise UserError(f"the model does not know the class {unknown[0]!r}; it knows {', '.join(map(repr, names))}")
    return np.array([float(one == of) for one in own.tolist()])


def _decision(estimator: Any, of: Any) -> Judge:
    """The decision function that speaks for a class, and the probability of the class at a decision value."""
    from ..models.calibration import sigmoid

    names = estimator.classes_.tolist()
    at = names.index(of)
    models = [estimator.model_] if len(names) == 2 else estimator.models_
    tables = getattr(estimator, "isotonic_", [np.zeros((2, 0))] * len(models))
    model, table, mirrored = (models[0], tables[0], at == 0) if len(models) == 1 else (models[at], tables[at], False)

    def chance(decisions: Floats) -> Floats:
        chances: Floats = np.interp(decisions, *table) if table.size else np.asarray(sigmoid(decisions))
        return chances

    if not mirrored:
        return Judge(model, chance)
    return Judge(_mirrored(model), lambda decisions: 1 - chance(-decisions))


def _mirrored(model: AdditiveModel) -> AdditiveModel:
    """The same decision function with the other sign: it speaks for the other class."""
    low, high = model.scale_
    return replace(
        model,
        core=model.core.rescaled(-1.0, 0.0),
        scale_=(-high, -low),
        score_quantiles=-model.score_quantiles[::-1],
        effect_quantiles=-model.effect_quantiles[::-1],
    )
