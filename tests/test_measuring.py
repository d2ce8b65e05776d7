"""The engine below the extractor: order, laziness, and what becomes of failures."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.compiling import warm_up
from iaa_classic.features import select
from iaa_classic.measuring import measure_image, measure_images, needs_native_pixels

RECORDS = select("lighting")[:2]


def test_serial_measuring_reads_its_sources_lazily():
    taken = []

    def sources():
        for level in range(100):
            taken.append(level)
            yield np.full((8, 8, 3), level, np.uint8)

    stream = measure_images(sources(), RECORDS)
    next(stream)
    next(stream)
    assert len(taken) == 2


def test_workers_keep_the_order_and_hold_few_pictures():
    pictures = [np.full((8, 8, 3), level, np.uint8) for level in range(0, 250, 10)]
    bad = [*pictures[:5], b"not a picture", *pictures[5:]]
    serial = list(measure_images(bad, RECORDS))
    parallel = list(measure_images(iter(bad), RECORDS, n_jobs=2))
    assert [m.error for m in serial] == [m.error for m in parallel]
    assert np.array_equal([m.values for m in serial], [m.values for m in parallel], equal_nan=True)
    assert serial[5].error
    assert np.isnan(serial[5].values).all()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_what_goes_wrong_in_the_source_reaches_the_caller(n_jobs):
    def sources():
        for level in range(0, 200, 2):
            yield np.full((8, 8, 3), level, np.uint8)
        raise ConnectionError("the drive is gone")

    with pytest.raises(ConnectionError, match="drive"):
        list(measure_images(sources(), RECORDS, n_jobs=n_jobs))


def test_measurement_tells_the_size_and_the_oddities():
    measured = measure_image(np.zeros((20, 30, 3), np.uint8), RECORDS)
    assert (measured.width, measured.height, measured.error) == (30, 20, None)


def test_native_pixels_are_decoded_only_when_a_feature_wants_them():
    assert not needs_native_pixels(RECORDS)
    assert needs_native_pixels(select("sharpness"))


def test_what_is_warm_needs_no_compilation():
    warm_up(RECORDS)
    assert warm_up(RECORDS) == 0
