"""What learned content adds: accuracy, the share that criteria explain, exactness, speed, and the most unusual pictures.

    python benchmarks/content.py [--only accuracy speed unusual]

Accuracy: grouped 10-fold cross-validation on OASIS, the folds of ``accuracy.py``. Vocabularies, weights of content and costs
are learned inside each training fold. The share of the variance that interpretable criteria explain is taken over held-out
photographs, fold by fold. Speed: processor time of one thread for the Fisher vector of pictures of 0.2 megapixels, beside
OpenCV's SIFT on the same patches. Unusual: the photographs of vessel mixed with ten odd pictures that are drawn here.
"""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from odd_pictures import odd_pictures
from rated_photographs import environment, measured_files, oasis, parser, pixels, vessel
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from iaa_classic import AestheticRegressor
from iaa_classic.features import Picture
from iaa_classic.metrics import plcc, srcc
from iaa_classic.models import ContentRegressor
from iaa_classic.representations import BagOfVisualWords, FisherVector, Novelty, describe
from iaa_classic.representations.patches import CELL, SCALES, cells, patches

PARTS = ("accuracy", "speed", "unusual")


def main() -> None:
    """Print the figures."""
    options = parser(__doc__)
    options.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="which figures")
    options.add_argument("--representations", nargs="+", choices=("fisher", "bovw"), default=["fisher", "bovw"])
    options.add_argument("--models", nargs="+", choices=("svm", "gbm", "both"), default=["svm", "both"])
    given = options.parse_args()
    print(environment())
    if "speed" in given.only:
        speed(given)
    if "unusual" in given.only:
        unusual(given)
    if "accuracy" in given.only:
        accuracy(given)


def accuracy(given: Any) -> None:
    """Held-out figures of the criteria alone and with learned content."""
    rated = oasis(given.data)
    X = measured_files("oasis", rated["path"].tolist(), cache=given.cache, jobs=given.jobs)
    y, groups = rated["rating"].to_numpy(), rated["group"]
    pictures = describe(rated["path"], parts=["cells"], n_jobs=given.jobs)
    print(
        f"\nOASIS: {len(y)} photographs, {groups.nunique()} groups, {X.shape[1]} features, grouped 10-fold, seed {given.seed}"
    )
    both = X.assign(picture=pictures.to_numpy())
    learned = {"fisher": FisherVector(random_state=given.seed), "bovw": BagOfVisualWords(random_state=given.seed)}
    rows: dict[str, dict[str, float]] = {"criteria alone, svm": figures(AestheticRegressor("svm"), X, y, groups, 1)}
    print(pd.Series(next(iter(rows.values()))).to_string(float_format="{:.4g}".format), flush=True)
    for name in given.representations:
        for kind in given.models:
            model = ContentRegressor(learned[name], AestheticRegressor(kind, random_state=given.seed))
            rows[f"criteria and {name}, {kind}"] = found = figures(model, both, y, groups, given.jobs)
            print(name, kind, {key: float(f"{value:.4g}") for key, value in found.items()}, flush=True)
    print(pd.DataFrame(rows).T.to_string(float_format=lambda value: f"{value:.3g}"))


def one_fold(model: Any, X: pd.DataFrame, y: np.ndarray, groups: pd.Series, train: np.ndarray, test: np.ndarray) -> Any:
    """Held-out scores, the criteria's part of them, the share explained, the error of the sum, and the weight chosen."""
    content = isinstance(model, ContentRegressor)
    fitted = clone(model)
    fitted.fit(X.iloc[train], y[train], **({"groups": groups.iloc[train]} if content else {}))
    table = fitted.completed(X.iloc[test]) if content else X.iloc[test]
    effects = fitted.model_.breakdown(table)
    scores = fitted.model_.predict(table)
    photography = effects.drop(columns="content", errors="ignore").sum(axis=1).to_numpy()
    error = np.abs(fitted.baseline_ + effects.sum(axis=1) - scores).max()
    return scores, photography, fitted.model_.explained_share(table), error, getattr(fitted, "share_", 0.0)


def figures(model: Any, X: pd.DataFrame, y: np.ndarray, groups: pd.Series, jobs: int) -> dict[str, float]:
    """Rank correlation, the share that criteria explain, and the largest error of the sum."""
    held_out, photography = np.full(len(y), np.nan), np.full(len(y), np.nan)
    folds, shares, sums, chosen = [], [], [], []
    splits = list(GroupKFold(10).split(X, y, groups))
    found = Parallel(n_jobs=jobs)(delayed(one_fold)(model, X, y, groups, train, test) for train, test in splits)
    for (_, test), (scores, part, share, error, weight) in zip(splits, found, strict=True):
        held_out[test], photography[test] = scores, part
        folds.append((srcc(y[test], scores), srcc(y[test], part), plcc(y[test], scores)))
        shares.append(share)
        sums.append(error)
        chosen.append(weight)
    means = np.mean(folds, axis=0)
    return {
        "SRCC fold mean": means[0],
        "sd": np.std([fold[0] for fold in folds], ddof=1),
        "SRCC pooled": srcc(y, held_out),
        "PLCC fold mean": means[2],
        "SRCC of criteria's part": means[1],
        "explained share": float(np.mean(shares)),
        "least share": float(np.min(shares)),
        "weight chosen": float(np.mean(chosen)),
        "max |sum - score|": float(np.max(sums)),
    }


def speed(given: Any) -> None:
    """Processor time of a Fisher vector, and of OpenCV's SIFT on the same patches."""
    cv2.setNumThreads(1)
    rated = oasis(given.data)
    paths = rated["path"].tolist()[:: len(rated) // 40]
    encode = FisherVector(64, n_patches=20_000, random_state=given.seed).fit(paths)._encoder()
    pictures = [pixels(path) for path in paths[:10]]
    megapixels = np.mean([Picture(p).rgb[..., 0].size for p in pictures]) / 1e6
    encode(cells(Picture(pictures[0])))
    ours, counts = [], []
    for image in pictures:
        best = min(processor_time(lambda image=image: encode(cells(Picture(image)))) for _ in range(5))
        ours.append(best)
        counts.append(len(patches(cells(Picture(image)))))
    theirs = [min(processor_time(lambda image=image: opencv_sift(image)) for _ in range(2)) for image in pictures[:3]]
    print(f"\nFisher vector, K=64, gradient and colour, {len(SCALES)} scales, {megapixels:.2f} megapixels, one thread:")
    print(f"  {1e3 * np.median(ours):.0f} ms of processor time (median of {len(ours)}), {np.mean(counts):.0f} patches")
    ratio = np.median(theirs) / np.median(ours)
    print(f"  OpenCV's SIFT descriptors alone on these patches: {1e3 * np.median(theirs):.0f} ms, {ratio:.0f} times as long")


def opencv_sift(image: np.ndarray) -> int:
    """SIFT descriptors by OpenCV on the grid of our patches; returns their number."""
    rgb, found = Picture(image).rgb, 0
    sift = cv2.SIFT_create()
    for scale in SCALES:
        grey = cv2.cvtColor(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        rows, columns = grey.shape[0] // CELL - 3, grey.shape[1] // CELL - 3
        points = [
            cv2.KeyPoint(float(CELL * (x + 2)), float(CELL * (y + 2)), CELL / 1.5, 0.0)
            for y in range(rows)
            for x in range(columns)
        ]
        found += len(sift.compute(grey, points)[1])
    return found


def processor_time(work: Any) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def unusual(given: Any) -> None:
    """How many of ten odd pictures are among the ten most unusual of a folder that holds them."""
    photographs = vessel(given.data)["path"].tolist()
    odd = odd_pictures(given.seed)
    mixed = [*photographs, *odd.values()]
    found = Novelty(n_jobs=given.jobs).fit(mixed).rank()
    first = found.index[:10]
    hits = [list(odd)[place - len(photographs)] for place in first if place >= len(photographs)]
    print(f"\nUnusual: {len(photographs)} photographs of vessel and {len(odd)} odd pictures, each against all others")
    print(f"  odd pictures among the first ten: {len(hits)} ({', '.join(hits)}); first five all odd: {len(hits) >= 5}")
    places = {name: int(np.flatnonzero(found.index == len(photographs) + k)[0]) + 1 for k, name in enumerate(odd)}
    print(f"  places: {places}")


if __name__ == "__main__":
    main()
