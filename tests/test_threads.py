"""One thread for linear algebra while measuring, and the setting from before afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_info, threadpool_limits

from iaa_classic.features import select
from iaa_classic.measuring import measure_image
from iaa_classic.threads import one_thread


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture
def several():
    """As many threads as the libraries were built to take, at least two."""
    with threadpool_limits(2, user_api="blas"):
        if blas_threads() != {2}:
            pytest.skip("this linear algebra knows one thread only")
        yield


def test_one_thread_inside_and_the_old_number_outside(several):
    with one_thread():
        assert blas_threads() == {1}
        with one_thread():
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == {2}


def test_the_old_number_comes_back_after_an_error(several):
    with pytest.raises(KeyError), one_thread():
        raise KeyError
    assert blas_threads() == {2}


def test_threads_that_overlap_leave_the_old_number_behind(several):
    entered, leave, seen = threading.Event(), threading.Event(), []

    def stay():
        with one_thread():
            entered.set()
            leave.wait(30)
            seen.append(blas_threads())

    other = threading.Thread(target=stay)
    with one_thread():
        other.start()
        assert entered.wait(30)
        assert blas_threads() == {1}
    leave.set()
    other.join()
    assert len(seen) == 1
    assert blas_threads() == {2}


def test_values_do_not_depend_on_the_number_of_threads():
    """Many colours make sums that are long enough for BLAS to share out."""
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3)).astype(np.uint8)
    records = select("colour")
    values = []
    for count in (1, 2, 4):
        with threadpool_limits(count, user_api="blas"):
            values.append(measure_image(noise, records).values)
    np.testing.assert_array_equal(values[1], values[0])
    np.testing.assert_array_equal(values[2], values[0])


IN_WORKERS = """
import json, os, sys, cv2
from threadpoolctl import threadpool_info
from iaa_classic.features import select
from iaa_classic.measuring import measure_images

class Probe:
    # A path that notes, where it is opened, what the libraries of that process may use.
    def __init__(self, path, note):
        self.path, self.note = path, note
    def __fspath__(self):
        threads = [library["num_threads"] for library in threadpool_info()] + [cv2.getNumThreads()]
        with open(f"{self.note}-{os.getpid()}.json", "w") as file:
            json.dump([threads, os.environ.get("NUMBA_NUM_THREADS"), os.getpid() != parent], file)
        return self.path
parent = os.getpid()
probes = [Probe(sys.argv[1], sys.argv[2]) for _ in range(6)]
assert [m.error for m in measure_images(probes, select(["aspect_ratio"]), n_jobs=2)] == [None] * 6
"""


def test_workers_have_one_thread_each(tmp_path, photographs):
    path = tmp_path / "coffee.png"
    Image.fromarray(photographs["coffee"][:50, :50]).save(path)
    subprocess.run([sys.executable, "-P", "-c", IN_WORKERS, path, tmp_path / "note"], check=True, timeout=300)
    notes = [json.loads(note.read_text()) for note in tmp_path.glob("note-*.json")]
    assert notes
    for threads, numba_threads, in_a_worker in notes:
        assert in_a_worker
        assert set(threads) == {1}
        assert numba_threads == "1"


ONE_ROW = """
import os, numpy as np, pandas as pd, scipy.linalg
from iaa_classic.default import default_scorer
model = default_scorer()
row = np.zeros((1, len(model.feature_names_in_)))
before = len(os.listdir("/proc/self/task"))
model.predict(row), model.breakdown(row), model.feature_effects(row), model.marks(row)
print(before, len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_scoring_one_photograph_starts_no_threads():
    done = subprocess.run([sys.executable, "-P", "-c", ONE_ROW], check=True, capture_output=True, text=True, timeout=300)
    before, after = map(int, done.stdout.split())
    assert after == before
