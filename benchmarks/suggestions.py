"""Do suggestions keep their promise? Every suggestion is made to the photograph, saved without loss and scored from its file.

    python benchmarks/suggestions.py

For every photograph ``suggest`` promises gains; ``Suggestion.apply`` changes its full pixels, Pillow writes them to a PNG, and
the command ``iaa-classic score`` scores the file, in a process of its own and without the feature store, like the photograph
itself. A suggestion keeps its promise if the score rises, and by what was promised within ``TOLERANCE`` points. Also: whether
any crop cuts the subject, and what suggesting costs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from rated_photographs import environment, parser, photographs

from iaa_classic import Picture, suggest
from iaa_classic.compiling import warm_up
from iaa_classic.explanation.judging import Judge
from iaa_classic.features.saliency import subject

TOLERANCE = 0.05
COLUMNS = ["photo", "name", "text", "promised", "kept", "cuts", "seconds", "megapixels"]


def upright(path: Path) -> np.ndarray:
    """The photograph's pixels as Pillow reads them; these photographs carry neither orientation nor colour profile to heed."""
    from PIL import ImageOps

    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def scores_of(folder: Path) -> dict[str, float]:
    """Scores of all files of a folder by the command line, by file name."""
    output = folder / "scores.csv"
    command = [sys.executable, "-P", "-m", "iaa_classic.cli.main", "score", str(folder), "--output", str(output), "--no-cache"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    table = pd.read_csv(output)
    return {Path(path).name: float(score) for path, score in zip(table["path"], table["score"], strict=True)}


def cut(box: tuple[float, float, float, float], rgb: np.ndarray) -> bool:
    """Whether a crop leaves out part of the subject's mask, measured on the full pixels."""
    found = subject(Picture(rgb))
    if not found.found:
        return False
    height, width = found.mask.shape
    kept = np.zeros_like(found.mask)
    left, top, right, bottom = box
    kept[round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = True
    return bool((found.mask & ~kept).any())


def judged(path: Path) -> list[dict[str, object]]:
    """One row per suggestion for a photograph: what was promised, and what came of it."""
    started = time.process_time()
    suggestions = suggest(path)
    seconds = time.process_time() - started
    rgb = upright(path)
    common = {"photo": path.name, "seconds": seconds, "megapixels": rgb.shape[0] * rgb.shape[1] / 1e6}
    if not suggestions:
        return [common | {"name": "", "text": "", "promised": np.nan, "kept": np.nan, "cuts": False}]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Image.fromarray(rgb).save(folder / "original.png", compress_level=1)
        for number, suggestion in enumerate(suggestions):
            Image.fromarray(suggestion.apply(rgb)).save(folder / f"{number}.png", compress_level=1)
        scores = scores_of(folder)
    for number, suggestion in enumerate(suggestions):
        kept = scores[f"{number}.png"] - scores["original.png"]
        cuts = suggestion.box is not None and suggestion.changes[0].name == "crop" and cut(suggestion.box, rgb)
        told = {"name": suggestion.name, "text": suggestion.text, "promised": suggestion.gain, "kept": kept, "cuts": cuts}
        rows.append(common | told)
    return rows


def report(table: pd.DataFrame) -> None:
    """Print what was kept, per kind of change and in all."""
    made = table[table["name"] != ""]
    error = (made["kept"] - made["promised"]).abs()
    good = (made["kept"] > 0) & (error <= TOLERANCE)
    photos = table.drop_duplicates("photo")
    print(f"{len(made)} suggestions for {len(photos)} photographs, {len(photos) - made['photo'].nunique()} of which got none")
    print(f"kept (the score rises, by what was promised within {TOLERANCE}): {good.mean():.1%}; most off {error.max():.4f}")
    print(f"crops that cut the subject: {int(made['cuts'].sum())}")
    best = made.groupby("photo")["promised"].max()
    print(f"gain of the best suggestion: median {best.median():.2f}, largest {best.max():.2f} points")
    kinds = (
        made.assign(error=error)
        .groupby("name")
        .agg(offered=("promised", "size"), median_gain=("promised", "median"), largest_error=("error", "max"))
    )
    print(kinds.sort_values("offered", ascending=False).round(3).to_string())
    print(f"processor time of suggest: median {photos['seconds'].median():.1f} s, most {photos['seconds'].max():.1f} s")


def main() -> None:
    """Print the tables."""
    options = parser(__doc__)
    options.add_argument("--photos", type=int, help="only this many photographs of each collection")
    given = options.parse_args()
    print(environment())
    pd.set_option("display.width", 160)
    warm_up(Judge().records)
    for name in ("kodak", "wallpapers"):
        rows = []
        for path in photographs(given.data / "photos" / name)[: given.photos]:
            rows += judged(path)
            print(f"  {path.name}: {len(rows)} suggestions so far", file=sys.stderr, flush=True)
        print(f"\n{name}")
        report(pd.DataFrame(rows, columns=COLUMNS))


if __name__ == "__main__":
    main()
