"""How much better one person's ratings of unseen photographs are predicted after a few ratings.

    python benchmarks/personal.py

Every rater of OASIS with at least 150 ratings is a person (one rates some 153 photographs, so that 125 are the most of which
enough remain unseen). The generic model never saw a photograph that it is asked about, nor this person: raters are dealt into
``--rater-folds`` parts and photographs into 10 (themes stay together), and a generic model is fitted for each part and fold, on
the mean ratings by the raters of the other parts of the photographs of the other folds. This is how it is used: somebody's own
photographs are new to the generic model, those that are rated as well as those that are to be predicted, so that the effects
from which taste is learned are as noisy as those to which it is applied.

For each seed, themes are drawn until there are ``n`` ratings to learn from; the person's photographs of all other themes are
the unseen ones. What is learned, and whether, is what ``PersonalizedRegressor`` does. "all of it" uses each stage without
checking whether it helps; "as checked" is what the estimator predicts. Figures are means over persons of means over seeds, with
their standard error; differences are paired.

The ceilings put something better than any model in the generic model's place: the mean rating by all other raters. The prior
variances in ``personal_fit`` were chosen on some of the first 150 persons (in random order, seed 0); figures are of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from rated_photographs import environment, measured_files, oasis, parser
from sklearn.model_selection import GroupKFold

from iaa_classic import AestheticRegressor
from iaa_classic.models.personal_core import residual_space
from iaa_classic.models.personal_fit import Ratings, Solution, Stage, learn

FEWEST = 150
TUNED_ON = 150
GAMMA = 0.3


class Generic(NamedTuple):
    """Effects and scores of all photographs, each by a model that saw neither the photograph nor these raters."""

    effects: np.ndarray
    scores: np.ndarray


class Person(NamedTuple):
    """One rater: positions of the rated photographs, and the ratings."""

    rater: int
    rows: np.ndarray
    ratings: np.ndarray


def people(data: Path, photographs: pd.DataFrame) -> tuple[list[Person], pd.DataFrame]:
    """Raters with enough ratings that differ, and all single ratings (``rater``, ``row``, ``score``)."""
    table = pd.read_csv(data / "oasis" / "ratings.csv.gz")
    rows = {Path(path).name: row for row, path in enumerate(photographs["path"])}
    table["row"] = table["image"].map(rows)
    table = table.dropna(subset=["row"]).astype({"row": int, "score": float})
    found = [
        Person(int(rater), own["row"].to_numpy(), own["score"].to_numpy())
        for rater, own in table.groupby("rater")
        if len(own) >= FEWEST and own["score"].nunique() > 1
    ]
    return found, table


def generic(X: pd.DataFrame, y: np.ndarray, groups: pd.Series, kind: str, seed: int) -> Generic:
    """Out-of-fold effects and scores, with one baseline for all folds.

    A fold's own baseline is lower where the photographs that it left out are better, which no single model would hold against
    them; with it, scores ranked worse than sums of effects (SRCC lower by 0.016).
    """
    effects, baselines = [], []
    for train, test in GroupKFold(10).split(X, y, groups):
        model = AestheticRegressor(kind, random_state=seed).fit(X.iloc[train], y[train])
        effects.append(model.breakdown(X.iloc[test]))
        baselines.append(model.baseline_)
    whole = pd.concat(effects).sort_index().to_numpy()
    return Generic(whole, np.mean(baselines) + whole.sum(axis=1))


def splits(themes: np.ndarray, n: int, seeds: int, random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions of ``n`` photographs to learn from, and of those of all other themes."""
    names, own = np.unique(themes, return_inverse=True)
    for _ in range(seeds):
        place = random.permutation(len(names))[own]
        order = np.lexsort((random.random(len(own)), place))
        yield order[:n], np.flatnonzero(place > place[order[n - 1]])


def ranks(values: np.ndarray) -> np.ndarray:
    """Mid-ranks; quicker than any library's on short lists."""
    return (values[:, None] > values).sum(axis=1) + (values[:, None] == values).sum(axis=1) / 2


def figures(truth: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """SRCC (0 where the truth is constant) and mean absolute error."""
    a, b = ranks(truth), ranks(predicted)
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else 0.0, float(np.abs(truth - predicted).mean())


def predictions(own: Generic, gram: np.ndarray, train: np.ndarray, stages: list[Stage]) -> dict[str, np.ndarray]:
    """Scores of all of a person's photographs with each stage's solution."""

    def score(solution: Solution) -> np.ndarray:
        changes: np.ndarray = own.effects @ (solution.weights - 1) + gram[:, train] @ solution.dual
        return own.scores + solution.offset + changes

    return {stage.name: score(stage.solution) for stage in stages}


def one_person(
    person: Person, effects: np.ndarray, scores: np.ndarray, spreads: np.ndarray, gram: np.ndarray, themes: np.ndarray,
    counts: list[int], seeds: int, seed: int,
) -> list[dict[str, float | str | int]]:  # fmt: skip
    """Mean figures over the seeds, for each number of ratings and each model."""
    own = Generic(effects[person.rows], scores[person.rows])
    kernel = gram[np.ix_(person.rows, person.rows)]
    records: list[dict[str, float | str | int]] = []
    for n in counts:
        results: dict[str, list[tuple[float, float]]] = {}
        for train, test in splits(themes[person.rows], n, seeds, np.random.default_rng([seed, person.rater, n])):
            if len(test) < 10:
                continue
            ratings = Ratings(
                own.effects[train], person.ratings[train] - own.scores[train], np.ones(n), spreads,
                float(scores.var()), kernel[np.ix_(train, train)],
            )  # fmt: skip
            checked = [stage for stage in learn(ratings) if stage.used][-1:]
            models = {"generic": own.scores}
            models |= {
                f"all of it: {name}": value
                for name, value in predictions(own, kernel, train, learn(ratings, caution=-np.inf)).items()
            }
            models["as checked"] = next(iter(predictions(own, kernel, train, checked).values()), own.scores)
            for name, predicted in models.items():
                results.setdefault(name, []).append(figures(person.ratings[test], predicted[test]))
        for name, values in results.items():
            mean = np.mean(values, axis=0)
            records.append({"rater": person.rater, "n": n, "model": name, "SRCC": mean[0], "MAE": mean[1]})
    return records


def summary(records: pd.DataFrame) -> pd.DataFrame:
    """Means over persons with standard errors, and paired differences to the generic model."""
    rows = {}
    for (n, name), own in records.groupby(["n", "model"], sort=False):
        base = records[(records["n"] == n) & (records["model"] == "generic")].set_index("rater")
        paired = own.set_index("rater")
        gain = paired["SRCC"] - base["SRCC"]
        mae = paired["MAE"] - base["MAE"]
        rows[n, name] = {
            "SRCC": paired["SRCC"].mean(),
            "s.e.": paired["SRCC"].sem(),
            "gain": gain.mean(),
            "s.e. of gain": gain.sem(),
            "MAE": paired["MAE"].mean(),
            "MAE change %": 100 * mae.mean() / base["MAE"].mean(),
            "s.e. %": 100 * mae.sem() / base["MAE"].mean(),
        }
    return pd.DataFrame(rows).T


def ceilings(persons: list[Person], of_others: list[Generic], scores: list[np.ndarray]) -> pd.DataFrame:
    """What no personal model can exceed: constants and lines fitted to all of a person's own ratings."""
    errors = []
    for person, others, score in zip(persons, of_others, scores, strict=True):
        y = person.ratings
        lines = {"generic": score[person.rows], "mean of the others": others.scores[person.rows]}
        row = {f"{name}, as it is": np.abs(y - x).mean() for name, x in lines.items()}
        row["own median"] = np.abs(y - np.median(y)).mean()
        row |= {f"{name}, own line": np.abs(y - np.polyval(np.polyfit(x, y, 1), x)).mean() for name, x in lines.items()}
        errors.append(row)
    return pd.DataFrame(errors).mean().to_frame("MAE")


def main() -> None:
    """Print the figures."""
    options = parser(__doc__)
    options.add_argument("--seeds", type=int, default=50)
    options.add_argument("--raters", type=int, default=None, help="only so many persons")
    options.add_argument("--rater-folds", type=int, default=5)
    options.add_argument("--model", default="svm", choices=("gbm", "svm", "both"), help="the generic model")
    options.add_argument("--counts", type=int, nargs="+", default=[5, 10, 20, 50, 100, 125], help="ratings to learn from")
    given = options.parse_args()
    print(environment())
    photographs = oasis(given.data)
    X = measured_files("oasis", photographs["path"].tolist(), cache=given.cache, jobs=given.jobs)
    persons, table = people(given.data, photographs)
    random = np.random.default_rng(given.seed)
    persons = [persons[place] for place in random.permutation(len(persons))][TUNED_ON:][: given.raters]
    part = dict(
        zip(sorted(table["rater"].unique()), random.integers(given.rater_folds, size=table["rater"].nunique()), strict=True)
    )
    means = [
        table[table["rater"].map(part) != fold].groupby("row")["score"].mean().reindex(range(len(X))).to_numpy()
        for fold in range(given.rater_folds)
    ]
    generics = Parallel(n_jobs=given.jobs)(delayed(generic)(X, y, photographs["group"], given.model, given.seed) for y in means)
    whole = AestheticRegressor("svm").fit(X, photographs["rating"].to_numpy())
    # Ranks among all photographs: they see no rating.
    gram = residual_space(whole.model_, X.to_numpy(dtype=np.float64), GAMMA).gram()
    themes = pd.factorize(photographs["group"])[0]
    sums = table.groupby("row")["score"].agg(["sum", "count"])
    of_others = [mean_of_others(person, sums) for person in persons]
    own = [generics[part[person.rater]] for person in persons]
    ceiling = "ceiling: the mean of all other raters in its place"
    for title, models, seeds in (("generic model", own, given.seeds), (ceiling, of_others, -(-given.seeds // 5))):
        done = Parallel(n_jobs=given.jobs)(
            delayed(one_person)(person, *model, model.effects.var(axis=0), gram, themes, given.counts, seeds, given.seed)
            for person, model in zip(persons, models, strict=True)
        )
        records = pd.DataFrame([record for person in done for record in person])
        print(f"\n{title} ({given.model}), {len(persons)} persons, {seeds} seeds")
        print(summary(records).to_string(float_format=lambda value: f"{value:.4f}"))
    print("\nceilings of the error, own constants and lines fitted to all of each person's ratings")
    print(ceilings(persons, of_others, [model.scores for model in own]).to_string(float_format=lambda value: f"{value:.3f}"))


def mean_of_others(person: Person, sums: pd.DataFrame) -> Generic:
    """The mean rating of each photograph by all others, as a generic model of one criterion."""
    rows = range(sums.index.max() + 1)
    totals, counts = (sums[name].reindex(rows).to_numpy(dtype=np.float64, copy=True) for name in ("sum", "count"))
    totals[person.rows] -= person.ratings
    counts[person.rows] -= 1
    means = totals / counts
    return Generic((means - means.mean())[:, None], means)


if __name__ == "__main__":
    main()
