"""Collections of pictures on which the transformers of ``iaa_classic.representations`` are fitted."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.representations import describe


@pytest.fixture(scope="session")
def crops(photographs) -> list[np.ndarray]:
    """Thirty-six different crops of the photographs that are always at hand, six of each, by photograph."""
    cut = []
    for rgb in photographs.values():
        height, width = rgb.shape[0] // 2, rgb.shape[1] // 3
        cut += [
            rgb[row * height : (row + 1) * height, column * width : (column + 1) * width]
            for row in range(2)
            for column in range(3)
        ]
    return cut


@pytest.fixture(scope="session")
def described(crops):
    """Descriptions of the crops."""
    return describe(crops)


@pytest.fixture(scope="session")
def ratings(crops) -> np.ndarray:
    """Ratings of the crops: three of each photograph above 5, three below, drawn once."""
    random = np.random.default_rng(3)
    return np.round(
        5 + random.permuted(np.tile([-3, -2, -1, 1, 2, 3], (6, 1)), axis=1).ravel() + random.uniform(-0.4, 0.4, 36), 2
    )


@pytest.fixture(scope="session")
def themes() -> np.ndarray:
    """The photograph that each crop was cut from."""
    return np.repeat(["astronaut", "chelsea", "coffee", "rocket", "china", "flower"], 6)


@pytest.fixture(scope="session")
def flat():
    """A picture of one colour."""

    def make(*colour: int, height: int = 48, width: int = 64) -> np.ndarray:
        return np.full((height, width, 3), colour, dtype=np.uint8)

    return make
