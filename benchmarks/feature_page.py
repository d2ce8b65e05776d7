"""Write the page of the catalogue: every feature by criterion, with its formula and pictures that score low and high.

    python benchmarks/feature_page.py

Writes ``docs/features.md`` and small copies of the pictures into ``docs/pictures``. The pictures are photographs in the public
domain that ship inside scikit-image; where a feature declares a controlled change (``iaa_classic.fidelity``), that change of
three of them is in the choice too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from rated_photographs import ROOT

from iaa_classic.features import CRITERIA, Feature, Picture, catalogue, measure
from iaa_classic.features.catalogue import Member
from iaa_classic.fidelity import CHANGES, TECHNICAL
from iaa_classic.progress import progress_bar

WIDTH = 144
"""Of the small copies, in pixels."""
PHOTOGRAPHS = (
    "astronaut",
    "brick",
    "camera",
    "cat",
    "coffee",
    "coins",
    "grass",
    "gravel",
    "hubble_deep_field",
    "moon",
    "rocket",
)
CHANGED = ("astronaut", "cat", "coffee")


def photographs() -> dict[str, np.ndarray]:
    """The photographs by name, RGB."""
    loaded = {name: getattr(skimage.data, name)() for name in PHOTOGRAPHS}
    return {name: np.dstack([rgb] * 3) if rgb.ndim == 2 else np.ascontiguousarray(rgb[..., :3]) for name, rgb in loaded.items()}


def pictures() -> Iterator[tuple[str, str, np.ndarray]]:
    """Name of the photograph, name of the change (empty if none), pixels."""
    own = photographs()
    for name, rgb in own.items():
        yield name, "", rgb
    for change in CHANGES.values():
        for name in CHANGED:
            yield name, change.name, change.series(own[name])[-1]


def small(rgb: np.ndarray, path: Path) -> None:
    """Save a small copy as JPEG."""
    height = max(1, round(rgb.shape[0] * WIDTH / rgb.shape[1]))
    copy = cv2.resize(rgb, (WIDTH, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), cv2.cvtColor(copy, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 72])


def file_name(photograph: str, change: str) -> str:
    """Of a small copy."""
    return "-".join(filter(None, [photograph, change.replace(" ", "-")])) + ".jpg"


def formula(record: Feature) -> str:
    """The docstring as Markdown: definitions, formula, degenerate cases."""
    function = record.function.family if isinstance(record.function, Member) else record.function
    text = inspect.cleandoc(function.__doc__ or "")
    text = re.sub(r"\.\. math::\s*\n\s*\n?((?:[ \t]+.*\n?)+)", lambda found: f"\n    {found[1].strip()}\n", text)
    return text.replace("``", "`").replace("::\n", ":\n")


def number(value: float) -> str:
    """A limit or value, short."""
    return {float("inf"): "∞", float("-inf"): "-∞"}.get(value, f"{value:.4g}")


def entry(record: Feature, shown: tuple[tuple[str, str, float], ...]) -> str:
    """The part of the page about one feature; ``shown`` holds photograph, change and value of the lowest and highest."""
    lines = [f"### `{record.name}`", "", f"*{record.label}*", ""]
    facts = [
        f"unit: {record.unit}",
        f"range: {number(record.range[0])} to {number(record.range[1])}",
        f"direction: {record.direction}",
        f"scale: {record.scale}",
        f"version {record.version}",
    ]
    if record.baseline:
        low, middle, high = (number(value) for value in (record.baseline.p5, record.baseline.median, record.baseline.p95))
        facts.append(f"usual: {low} to {high}, median {middle}")
    lines += ["; ".join(facts) + ".", "", formula(record), "", f"Source: {record.reference}."]
    if record.rises_with:
        lines += ["", f"Rises with: {record.rises_with}."]
    if record.falls_with:
        lines += ["", f"Falls with: {record.falls_with}."]
    if record.no_case:
        lines += ["", f"No controlled change: {record.no_case}."]
    if record.compatibility:
        lines += ["", f"Kept for compatibility: {record.compatibility}."]
    if shown:
        cells = [
            f"![{photo}{', ' + change if change else ''}](pictures/{file_name(photo, change)})" for photo, change, _ in shown
        ]
        values = [f"{word}: {number(value)}" for word, (_, _, value) in zip(("low", "high"), shown, strict=True)]
        lines += ["", f"| {values[0]} | {values[1]} |", "| --- | --- |", f"| {cells[0]} | {cells[1]} |"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure the pictures and write the page."""
    records = list(catalogue().values())
    shown = list(pictures())
    values = np.empty((len(shown), len(records)))
    with progress_bar("Measuring", len(shown)) as advance:
        for row, (_, _, rgb) in enumerate(shown):
            values[row] = measure(Picture(rgb), records)
            advance()
    parts = [
        "# The catalogue of features",
        "",
        f"{len(records)} features in {len({record.criterion for record in records})} criteria. "
        "Generated by `python benchmarks/feature_page.py`; the text is that of the functions' docstrings. The pictures are "
        "photographs that ship inside scikit-image, as they are or changed in the controlled way that the feature declares.",
        "",
    ]
    used = set()
    for criterion, meaning in CRITERIA.items():
        own = [(position, record) for position, record in enumerate(records) if record.criterion == criterion]
        if not own:
            continue
        parts += [f"## {criterion}", "", f"{meaning.capitalize()}. {len(own)} features.", ""]
        parts += [" · ".join(f"[{record.name}](#{record.name})" for _, record in own), ""]
        for position, record in own:
            choice = [row for row, (_, change, _) in enumerate(shown) if change in ("", record.rises_with, record.falls_with)]
            choice = [row for row in choice if not np.isnan(values[row, position])]
            ends: tuple[tuple[str, str, float], ...] = ()
            if choice and np.ptp(values[choice, position]) > 0:
                rows = (min(choice, key=lambda row: values[row, position]), max(choice, key=lambda row: values[row, position]))
                ends = tuple((*shown[row][:2], float(values[row, position])) for row in rows)
                used |= set(rows)
            parts.append(entry(record, ends))
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.jpg"):
        path.unlink()
    for row in used:
        photograph, change, rgb = shown[row]
        small(rgb, folder / file_name(photograph, change))
    (ROOT / "docs" / "features.md").write_text("\n".join(parts), encoding="utf-8")
    technical = sum(record.criterion in TECHNICAL for record in records)
    print(f"docs/features.md: {len(records)} features ({technical} technical), {len(used)} pictures")


if __name__ == "__main__":
    main()
