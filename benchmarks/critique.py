"""Does the first sentence of a critique name what is wrong with a damaged photograph?

    python benchmarks/critique.py

The Kodak photographs and the wallpapers (reduced to 1536 pixels) are damaged in the five kinds of the bar, at the two strengths
of ``damage.TEST``. Which criterion is right for each was written down before anything was measured (``RIGHT``). Counted is how
often the very first sentence speaks of that criterion and says that it costs points; beside it, how often the criterion of
the strongest effect alone would, and how often an undamaged photograph is told a fault. That faults are named first was
decided after seeing that the strongest effect alone misses JPEG blocks here; the limits of a fault were set before, and not
moved since.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from damage import BAR_KINDS, TEST
from rated_photographs import environment, measured, parser, photographs, pixels
from robustness import reduced

from iaa_classic.default import default_scorer
from iaa_classic.explanation import explain_row

RIGHT = {
    "defocus": "sharpness",
    "noise": "sharpness",
    "JPEG blocks": "sharpness",
    "underexposure": "lighting",
    "overexposure": "lighting",
}

BAR = 0.85

Label = tuple[str, str, str]


def variants(rgb: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
    """The original and its damaged copies: kind, strength, pixels."""
    yield "original", "", rgb
    for kind in BAR_KINDS:
        for strength, change in zip(("weaker", "stronger"), TEST[kind], strict=True):
            yield kind, strength, change(rgb)


def values(folder: Path, *, side: int, options: Any) -> tuple[list[Label], pd.DataFrame]:
    """Photo, kind and strength of every variant of every photograph, and the default model's features of it."""
    paths = photographs(folder)
    blank = np.zeros((64, 64, 3), np.uint8)
    labels = [(path.name, kind, strength) for path in paths for kind, strength, _ in variants(blank)]

    def sources() -> Iterator[np.ndarray]:
        for path in paths:
            for _, _, rgb in variants(reduced(pixels(path), side)):
                yield rgb

    recipe = zlib.crc32(Path(__file__).with_name("damage.py").read_bytes())
    keys = [":".join([*label, str(recipe)]) for label in labels]
    X = measured(f"critique-{folder.name}-{side}", keys, sources, cache=options.cache, jobs=options.jobs)
    return labels, X[list(default_scorer().feature_names_in_)]


def told(labels: list[Label], X: pd.DataFrame) -> pd.DataFrame:
    """One row per variant: its first sentence, whether that is right, and whether the strongest effect alone would be."""
    model = default_scorer()
    rows = []
    for position, (photo, kind, strength) in enumerate(labels):
        explanation = explain_row(X.iloc[[position]], model, source=photo)
        first = explanation.critique()[0]
        strongest = max(explanation.criteria, key=lambda part: abs(part.effect))
        right = RIGHT.get(kind)
        rows.append(
            {
                "photo": photo,
                "kind": kind,
                "strength": strength,
                "first": first.criterion == right and (first.effect or 0) < 0,
                "strongest alone": strongest.criterion == right and strongest.effect < 0,
                "fault": first.fault,
                "text": first.text,
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the tables."""
    options = parser(__doc__)
    options.add_argument("--texts", action="store_true", help="also print every first sentence that is not right")
    given = options.parse_args()
    print(environment())
    pd.set_option("display.width", 160)
    for name, side in (("kodak", 768), ("wallpapers", 1536)):
        table = told(*values(given.data / "photos" / name, side=side, options=given))
        damaged = table[table["kind"] != "original"]
        shares = damaged.groupby(["kind", "strength"], sort=False)[["first", "strongest alone", "fault"]].mean()
        print(f"\n{name} ({table['photo'].nunique()} photographs): share whose first sentence names the right criterion")
        print(shares.round(3).to_string())
        for strength in ("stronger", "weaker"):
            share = damaged.loc[damaged["strength"] == strength, "first"].mean()
            print(f"{strength}, five kinds together: {share:.1%}" + (f" (bar {BAR:.0%})" if strength == "stronger" else ""))
        print(f"undamaged photographs told a fault first: {table.loc[table['kind'] == 'original', 'fault'].mean():.0%}")
        if given.texts:
            for row in damaged[~damaged["first"]].itertuples():
                print(f"  {row.photo}, {row.kind}, {row.strength}: {row.text}")


if __name__ == "__main__":
    main()
