"""Does damaging a photograph lower its default score? Reported per kind of damage, on photographs the model has not seen.

    python benchmarks/robustness.py

The Kodak photographs are damaged in ten kinds at two strengths, and by the four probes on which peers score some damaged
photographs *higher*; the same on the wallpapers, reduced to 1536 pixels. Also: how far the score of one photograph moves
when only its size does.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from damage import BAR_KINDS, PROBES, TEST
from rated_photographs import environment, measured, parser, photographs, pixels

from iaa_classic import default_model, load_model


def reduced(rgb: np.ndarray, side: int) -> np.ndarray:
    """The picture with a long side of at most ``side`` pixels."""
    scale = side / max(rgb.shape[:2])
    return rgb if scale >= 1 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def variants(rgb: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
    """The original and its damaged copies: kind, strength, pixels."""
    yield "original", "", rgb
    for kind, (weaker, stronger) in TEST.items():
        yield kind, "weaker", weaker(rgb)
        yield kind, "stronger", stronger(rgb)
    for kind, probe in PROBES.items():
        yield kind, "probe", probe(rgb)


def score_table(folder: Path, *, side: int, model: Any, options: Any) -> pd.DataFrame:
    """Score of every variant of every photograph of ``folder``: ``photo``, ``kind``, ``strength``, ``score``."""
    paths = photographs(folder)
    labels = [
        (path.name, kind, strength) for path in paths for kind, strength, _ in variants(np.zeros((128, 128, 3), np.uint8))
    ]

    def sources() -> Iterator[np.ndarray]:
        for path in paths:
            for _, _, rgb in variants(reduced(pixels(path), side)):
                yield rgb

    recipe = zlib.crc32(Path(__file__).with_name("damage.py").read_bytes())
    keys = [":".join([*label, str(recipe)]) for label in labels]
    X = measured(f"damaged-{folder.name}-{side}", keys, sources, cache=options.cache, jobs=options.jobs)
    table = pd.DataFrame(labels, columns=["photo", "kind", "strength"])
    names = list(model.feature_names_in_)
    return table.assign(score=model.predict(X[names]))


def shares_below(table: pd.DataFrame) -> pd.DataFrame:
    """Per kind and strength: share of photographs scored below their original, and the median drop in points."""
    original = table[table["kind"] == "original"].set_index("photo")["score"]
    damaged = table[table["kind"] != "original"]
    drop = damaged["photo"].map(original) - damaged["score"]
    grouped = drop.groupby([damaged["kind"], damaged["strength"]], sort=False)
    return pd.DataFrame({"below": grouped.apply(lambda d: (d > 0).mean()), "median_drop": grouped.median()})


def size_stability(folder: Path, model: Any) -> pd.DataFrame:
    """Score of the same photograph at three sizes."""
    from iaa_classic.features import select
    from iaa_classic.measuring import measure_image

    names = list(model.feature_names_in_)
    rows = []
    for path in photographs(folder):
        rgb = pixels(path)
        for side in (640, 1280, 2560):
            if max(rgb.shape[:2]) >= side:
                values = measure_image(reduced(rgb, side), select(names)).values
                score = model.predict(pd.DataFrame([values], columns=names))[0]
                rows.append({"photo": path.name, "side": side, "score": score})
    return pd.DataFrame(rows).pivot(index="photo", columns="side", values="score")


def main() -> None:
    """Print the tables."""
    options = parser(__doc__)
    options.add_argument("--model", type=Path, help="model file; the default model if left out")
    given = options.parse_args()
    model = default_model() if given.model is None else load_model(given.model)
    print(environment())
    pd.set_option("display.width", 160)
    for name, side in (("kodak", 768), ("wallpapers", 1536)):
        table = score_table(given.data / "photos" / name, side=side, model=model, options=given)
        shares = shares_below(table)
        print(f"\n{name} ({table['photo'].nunique()} photographs): share scored below their original, median drop in points")
        print(shares.round(3).to_string())
        bar = shares[shares.index.get_level_values("kind").isin(BAR_KINDS)]
        tested = shares[shares.index.get_level_values("strength") != "probe"]
        print(f"five kinds of the bar, two strengths: {bar['below'].mean():.1%}; all ten kinds: {tested['below'].mean():.1%}")
    stable = size_stability(given.data / "photos" / "wallpapers", model)
    spread = stable.max(axis=1) - stable.min(axis=1)
    print("\nscore of the same wallpaper at long sides of 640, 1280 and 2560 pixels")
    print(stable.round(2).to_string())
    print(f"spread: median {spread.median():.2f}, largest {spread.max():.2f} points")


if __name__ == "__main__":
    main()
