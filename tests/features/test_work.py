"""How much work a picture takes, counted and not timed, so that a busy machine cannot make these tests fail.

Whoever adds features may have to raise a limit, and then sees by how much. A plane that is computed twice, a loop over pixels
in Python or a kernel that is compiled for a second kind of array shows here at once.
"""

from __future__ import annotations

import sys
from collections import Counter
from types import ModuleType

import cv2
import numba
import numpy as np
import pytest

from iaa_classic.compiling import compilations, warm_up
from iaa_classic.features import Picture, measure, select
from iaa_classic.features.picture import shared

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT, kernels are Python and count as such")

LIMITS = {
    # what is measured: OpenCV calls and megabytes given to them, kernel calls and megabytes, Python calls, planes and megabytes
    "all": {"opencv": 267, "opencv MB": 98, "kernels": 198, "kernels MB": 81, "python": 1860, "planes": 143, "planes MB": 28.5},
    "fast": {"opencv": 68, "opencv MB": 33, "kernels": 37, "kernels MB": 13.4, "python": 820, "planes": 73, "planes MB": 15.8},
}
"""For the photograph of a coffee cup, 600 x 400. The figures measured when a limit was last changed, and a twentieth more."""


def size(values: object) -> int:
    """Bytes of the arrays in a value, tuples and lists looked into."""
    if isinstance(values, np.ndarray):
        return values.nbytes
    if isinstance(values, (tuple, list)):
        return sum(map(size, values))
    if hasattr(values, "__dict__"):
        return sum(map(size, vars(values).values()))
    return 0


def counting(counts: Counter[str], kind: str, function):
    """``function``, its calls and the bytes of the arrays given to it counted under ``kind``."""

    def counted(*args, **options):
        counts[kind] += 1
        counts[f"{kind} MB"] += size(args) + size(list(options.values()))
        return function(*args, **options)

    return counted


@pytest.fixture
def work(monkeypatch, photographs):
    """Counts of measuring one photograph."""

    def of(which: str) -> dict[str, float]:
        features = select(which)
        warm_up(features)
        counts: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            for name, function in list(vars(cv2).items()):
                if type(function).__name__ == "builtin_function_or_method":
                    patch.setattr(cv2, name, counting(counts, "opencv", function))
            for module in [m for name, m in sys.modules.items() if name.startswith("iaa_classic.features")]:
                if isinstance(module, ModuleType) and ".kernels" not in module.__name__:
                    for name, function in list(vars(module).items()):
                        if isinstance(function, numba.core.dispatcher.Dispatcher):
                            patch.setattr(module, name, counting(counts, "kernels", function))
            picture = Picture(photographs["coffee"])
            measure(picture, features)
        planes = [
            *picture._shared.values(),
            *(value for name, value in vars(picture).items() if name not in ("_shared", "native")),
        ]
        counts["planes"], counts["planes MB"] = len(planes), sum(map(size, planes))
        counts["python"] = python_calls(photographs["coffee"], features)
        return {name: value / 2**20 if name.endswith("MB") else value for name, value in counts.items()}

    return of


def python_calls(rgb, features) -> int:
    """Calls of functions of this package that are written in Python."""
    calls = 0

    def profile(frame, event, _):
        nonlocal calls
        calls += event == "call" and frame.f_globals.get("__name__", "").startswith("iaa_classic.")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        measure(Picture(rgb), features)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("which", LIMITS)
def test_a_photograph_takes_no_more_work_than_it_did(work, which):
    counts = work(which)
    assert set(counts) == set(LIMITS[which])
    above = {name: (round(counts[name], 1), limit) for name, limit in LIMITS[which].items() if counts[name] > limit}
    assert not above, f"more work than before (now, limit): {above}"


@pytest.mark.parametrize("which", LIMITS)
def test_limits_are_not_far_above_what_is_needed(work, which):
    """A limit that nothing can reach guards nothing; lower it when something has become cheaper."""
    counts = work(which)
    loose = {name: (round(counts[name], 1), limit) for name, limit in LIMITS[which].items() if counts[name] < 0.8 * limit}
    assert not loose, f"limits to lower (now, limit): {loose}"


def test_measuring_one_photograph_after_another_compiles_each_kernel_once(photographs):
    features = select("all")
    warm_up(features)
    with compilations() as counter:
        for rgb in photographs.values():
            measure(Picture(rgb), features)
    assert counter.count == 0


def test_a_shared_plane_is_computed_once_for_all_its_features(photographs):
    calls = []

    @shared
    def plane(picture):
        calls.append(picture)
        return picture.luma * 2

    picture = Picture(photographs["coffee"])
    assert plane(picture) is plane(picture)
    assert len(calls) == 1
