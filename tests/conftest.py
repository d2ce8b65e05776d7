"""Pictures for the tests: synthetic ones, ones that ship inside packages, and rated photographs where they are at hand.

The rated photographs are looked for in the folder named by IAA_CLASSIC_DATA, or in ``../shared/data`` beside the checkout;
tests that need them skip with a reason where they are absent.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

DATA = Path(os.environ.get("IAA_CLASSIC_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))


@pytest.fixture(autouse=True, scope="session")
def _own_feature_store(tmp_path_factory):
    """Keep the feature store of whoever runs the tests out of them; commands in other processes inherit the variable."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IAA_CLASSIC_CACHE_DIR", str(tmp_path_factory.mktemp("feature-store")))
        yield


@pytest.fixture(autouse=True, scope="session")
def _one_thread_in_each_worker():
    """Where pytest-xdist has filled the cores with workers, threads of BLAS and OpenMP would only wait for each other.

    Processes that tests start, and tests that ask for two threads, are as they were.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    import scipy.linalg  # noqa: F401  # limits reach the libraries that are loaded
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


def _read(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of rated photographs and odd files; skips where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"photographs not found in {DATA}; set IAA_CLASSIC_DATA to their folder")
    return DATA


@pytest.fixture(scope="session")
def kodak(data: Path) -> dict[str, np.ndarray]:
    """The 24 Kodak photographs by file name, RGB uint8."""
    return {path.name: _read(path) for path in sorted((data / "photos" / "kodak").glob("*.png"))}


@pytest.fixture(scope="session")
def wallpapers(data: Path) -> dict[str, np.ndarray]:
    """Twenty photographs of 1280 to 6028 pixels by file name, reduced so that the long side is at most 1536, RGB uint8."""
    import cv2

    pictures = {}
    for path in sorted((data / "photos" / "wallpapers").glob("*.jpg")):
        rgb = _read(path)
        scale = 1536 / max(rgb.shape[:2])
        if scale < 1:
            rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        pictures[path.name] = rgb
    return pictures


@pytest.fixture(scope="session")
def toolbox(data: Path):
    """Values that Aesthetics-Toolbox computes for the Kodak photographs: a DataFrame indexed by file name."""
    import pandas as pd

    path = data.parent / "reference" / "aesthetics_toolbox_kodak.csv"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    return pd.read_csv(path, index_col="image")


@pytest.fixture(scope="session")
def photographs() -> dict[str, np.ndarray]:
    """Real photographs that ship inside scikit-image and scikit-learn, always at hand, RGB uint8."""
    import skimage.data
    from sklearn.datasets import load_sample_images

    china, flower = load_sample_images().images
    return {
        "astronaut": skimage.data.astronaut(),
        "chelsea": skimage.data.chelsea(),
        "coffee": skimage.data.coffee(),
        "rocket": skimage.data.rocket(),
        "china": china,
        "flower": flower,
    }


@pytest.fixture(scope="session")
def degenerate() -> dict[str, np.ndarray]:
    """Pictures at the edge of what is defined: every feature must be finite and in range on each."""
    random = np.random.default_rng(7)

    def flat(*colour: int, height: int = 48, width: int = 64) -> np.ndarray:
        return np.full((height, width, 3), colour, dtype=np.uint8)

    two = flat(255, 0, 0)
    two[:, 32:] = (0, 0, 255)
    grey = np.repeat(random.integers(0, 256, (48, 64, 1), dtype=np.uint8), 3, axis=2)
    ramp = np.repeat(np.tile(np.arange(256, dtype=np.uint8), (48, 1))[..., None], 3, axis=2)
    checker = np.repeat((np.indices((48, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None], 3, axis=2)
    return {
        "black": flat(0, 0, 0),
        "white": flat(255, 255, 255),
        "mid-grey": flat(128, 128, 128),
        "pure red": flat(255, 0, 0),
        "two colours": two,
        "grey noise": grey,
        "colour noise": random.integers(0, 256, (48, 64, 3), dtype=np.uint8),
        "ramp": ramp,
        "checkerboard": checker,
        "one pixel": flat(10, 200, 30, height=1, width=1),
        "two by two": random.integers(0, 256, (2, 2, 3), dtype=np.uint8),
        "one column": random.integers(0, 256, (100, 1, 3), dtype=np.uint8),
        "long column": random.integers(0, 256, (1000, 1, 3), dtype=np.uint8),
        "very tall": random.integers(0, 256, (2000, 2, 3), dtype=np.uint8),
        "one row": random.integers(0, 256, (1, 100, 3), dtype=np.uint8),
        "very wide": random.integers(0, 256, (2, 2000, 3), dtype=np.uint8),
        "seven by five": random.integers(0, 256, (5, 7, 3), dtype=np.uint8),
    }
