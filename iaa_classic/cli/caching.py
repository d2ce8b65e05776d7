"""``cache``."""

from __future__ import annotations

import json
import sys

from ..store import VARIABLE, FeatureStore, default_folder
from .tables import console, readable


def cache(*, clear: bool, as_json: bool) -> int:
    """Print what the feature store holds, or empty it; returns the exit status."""
    folder = default_folder()
    if folder is None:
        if as_json:
            return _print_json({"folder": None, "photographs": 0, "bytes": 0})
        console().print(f"The feature store is switched off by {VARIABLE}.", highlight=False)
        return 0
    store = FeatureStore(folder)
    freed = store.clear() if clear else None
    info = store.info()
    if as_json:
        told = {"folder": str(folder), "photographs": info.photographs, "bytes": info.bytes, "max_bytes": info.max_bytes}
        return _print_json(told | ({} if freed is None else {"freed": freed}))
    out = console()
    if freed is not None:
        out.print(f"Emptied the feature store: {megabytes(freed)} freed", highlight=False)
    out.print(f"Folder:       {readable(str(folder))}", highlight=False, soft_wrap=True)
    out.print(f"Photographs:  {info.photographs:,}", highlight=False)
    out.print(f"Size on disk: {megabytes(info.bytes)} of at most {megabytes(info.max_bytes)}", highlight=False)
    return 0


def megabytes(size: int) -> str:
    """A size in bytes, for reading.

    >>> megabytes(2_345_678)
    '2.3 MB'
    """
    return f"{size / 1e6:,.1f} MB"


def _print_json(told: dict[str, object]) -> int:
    json.dump(told, sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0
