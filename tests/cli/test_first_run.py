"""The first run says that it compiles; the next one has nothing to say."""

from __future__ import annotations

import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from PIL import Image

from iaa_classic.cli import explaining, inputs
from iaa_classic.default import default_scorer
from iaa_classic.features import select

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled without the JIT")


def extract(folder, cache) -> str:
    """What a run writes to standard error."""
    command = [sys.executable, "-P", "-m", "iaa_classic.cli.main", "extract", str(folder), "--features", "clipped_highlights"]
    command += ["--output", str(folder / "table.csv"), "--no-cache", "--force"]
    done = subprocess.run(
        command, env={**os.environ, "NUMBA_CACHE_DIR": str(cache)}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_only_the_first_run_says_that_it_compiles(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(np.full((40, 60, 3), 255, np.uint8)).save(folder / "white.png")
    assert extract(folder, tmp_path / "kernels").count("Compiling the measurements for this machine") == 1
    assert "Compiling" not in extract(folder, tmp_path / "kernels")


def test_the_bar_moves_with_the_features_that_are_ready(monkeypatch, capsys):
    moved, totals = [], []

    class Bar:
        def __init__(self, what, total):
            totals.append(total)

        def __enter__(self):
            return lambda: moved.append(1)

        def __exit__(self, *_):
            pass

    def warm_up(features, tell):
        for ready in (3, 4, 5):
            tell(ready, len(features), 1)

    monkeypatch.setattr(inputs, "progress_bar", Bar)
    monkeypatch.setattr(inputs, "warm_up", warm_up)
    features = select("lighting")[:5]
    inputs.prepare_kernels(features)
    assert totals == [5]
    assert len(moved) == 5
    assert "first run only" in capsys.readouterr().err


def test_explaining_prepares_the_kernels_first(monkeypatch, tmp_path, photographs, capsys):
    prepared = []
    monkeypatch.setattr(explaining, "prepare_kernels", prepared.append)
    photo = tmp_path / "coffee.png"
    Image.fromarray(photographs["coffee"][:100, :150]).save(photo)
    assert explaining.explain(str(photo), max_pixels=10**6, cached=False) == 0
    [features] = prepared
    assert len(features) == len(default_scorer().feature_names_in_)
    assert "Criterion" in capsys.readouterr().out
