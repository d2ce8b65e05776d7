"""Check what a built wheel contains: every file of the sources in its place, nothing at the top level that could collide."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

MOST = 10 * 2**20

PLACES = {"iaa_classic": "iaa_classic", "features": "iaa_classic/features"}
"""Folders of the sources, and where a wheel has what is in them."""


def wanted(source: Path) -> set[str]:
    """Names in the wheel of all files of the package: modules, templates, tables, the model."""
    return {
        f"{place}/{file.relative_to(source / folder).as_posix()}"
        for folder, place in PLACES.items()
        for file in (source / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def main(path: str, source: str) -> None:
    """Exit with a message if the wheel is not what the sources say, or too large."""
    with zipfile.ZipFile(path) as wheel:
        names = {name for name in wheel.namelist() if not name.split("/")[0].endswith(".dist-info")}
    files = wanted(Path(source))
    missing, stray = sorted(files - names), sorted(names - files)
    if stray or missing or not files:
        sys.exit(f"{path}: not in the sources: {stray}; missing: {missing or ('' if files else 'all')}")
    size = Path(path).stat().st_size
    if size > MOST:
        sys.exit(f"{path}: {size / 2**20:.1f} MB, more than {MOST / 2**20:.0f}")
    print(f"{Path(path).name}: all {len(names)} files of the sources and nothing else, {size / 2**20:.2f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
