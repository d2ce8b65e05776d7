"""Check what a built wheel contains: the features inside the package, nothing at the top level that could collide."""

from __future__ import annotations

import sys
import zipfile

MOST = 10 * 2**20


def main(path: str) -> None:
    """Exit with a message if the wheel is not as it should be."""
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
    top = {name.split("/")[0] for name in names}
    stray = {name for name in top if name != "iaa_classic" and not name.endswith(".dist-info")}
    needed = [
        "iaa_classic/features/__init__.py",
        "iaa_classic/features/kernels/jit.py",
        "iaa_classic/py.typed",
        "iaa_classic/features/py.typed",
        "iaa_classic/features/baselines.csv",
        "iaa_classic/data/default.skops",
        "iaa_classic/explanation/languages/en.toml",
    ]
    missing = [name for name in needed if name not in names]
    if stray or missing:
        sys.exit(f"{path}: stray at the top level: {sorted(stray)}; missing: {missing}")
    with open(path, "rb") as file:
        size = len(file.read())
    if size > MOST:
        sys.exit(f"{path}: {size / 2**20:.1f} MB, more than {MOST / 2**20:.0f}")
    print(f"{path.rsplit('/', 1)[-1]}: {len(names)} files, {size / 2**20:.2f} MB, nothing but iaa_classic at the top level")


if __name__ == "__main__":
    main(sys.argv[1])
