"""One thread for linear algebra while measuring, and the setting from before afterwards."""

from __future__ import annotations

import threading

import numpy as np
import pytest
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
