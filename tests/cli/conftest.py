"""Small rated photographs, and the commands run in this process with the error handling of the entry point."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic.cli import main as cli
from iaa_classic.errors import UserError

COUNT = 48


@pytest.fixture(scope="session")
def command():
    """Run a command; gives an object with ``status``, ``out`` and ``err``."""

    def run(*arguments):
        result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
        if isinstance(result.exception, UserError):
            return SimpleNamespace(status=2, out=result.stdout, err=result.stderr + f"error: {result.exception}")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)

    return run


@pytest.fixture(scope="session")
def shoot(tmp_path_factory):
    """A folder of noisy photographs and ``ratings.csv``: what people say follows the brightness; pairs make groups."""
    root = tmp_path_factory.mktemp("shoot")
    random = np.random.default_rng(5)
    rows = []
    for index in range(COUNT):
        level = 30 + 4 * index
        pixels = np.clip(level + random.normal(0, 12, (48, 64, 3)), 0, 255).astype(np.uint8)
        name = f"{index:02d}.png"
        Image.fromarray(pixels).save(root / name)
        mean = 1 + 4 * index / (COUNT - 1)
        shares = np.maximum(0.01, 1 - np.abs(mean - np.arange(1, 6)) / 2)
        counts = random.multinomial(60, shares / shares.sum())
        row = {"image": name, "stars": round(mean, 3), "motif": f"m{index // 2}", "place": "sea" if index % 3 else "town"}
        row |= {"verdict": "keep" if mean > 3 else "bin", "light": mean, "colour": round(6 - mean + random.normal(0, 0.1), 3)}
        rows.append(row | {f"n{k}": count for k, count in enumerate(counts, start=1)})
    pd.DataFrame(rows).to_csv(root / "ratings.csv", index=False)
    return root


@pytest.fixture(scope="session")
def lighting_model(command, shoot, tmp_path_factory):
    """A model of the photographs' stars by features of lighting."""
    path = tmp_path_factory.mktemp("model") / "stars.skops"
    options = ("--target", "stars", "--features", "lighting", "--folds", 2, "--output", path)
    assert command("train", shoot / "ratings.csv", *options).status == 0
    return path
