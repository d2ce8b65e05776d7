"""Ke's qualities as published."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic.features import Picture, catalogue


def value(name, rgb):
    return catalogue()[name].function(Picture(rgb))


def test_edges_of_a_square_leave_the_rest_of_the_frame():
    rgb = np.zeros((512, 512, 3), np.uint8)
    rgb[128:256, 64:320] = 255
    # The outline's box is 1/4 by 1/2; it lies on borders of the 100 x 100 cells, so that an edge fills a cell on either
    # side, and the box is up to two cells wider.
    assert 1 - 0.27 * 0.52 < value("ke_edge_compactness", rgb) < 1 - 0.25 * 0.5


def test_edge_box_is_that_of_the_published_steps(photographs):
    for rgb in photographs.values():
        plane = Picture(rgb).rgb.astype(np.float64) / 255
        kernel = np.array([[0.2, 0.8, 0.2], [0.8, -4, 0.8], [0.2, 0.8, 0.2]]) / 1.2
        edges = np.mean(
            [np.abs(cv2.filter2D(c, -1, kernel, borderType=cv2.BORDER_REPLICATE)) for c in cv2.split(plane)], axis=0
        )
        small = cv2.resize(edges, (100, 100), interpolation=cv2.INTER_AREA)
        small /= small.sum()
        box = 1.0
        for axis in (0, 1):
            held = np.cumsum(small.sum(axis=axis))
            box *= (np.searchsorted(held, 0.99) - np.searchsorted(held, 0.01)) / 100
        assert value("ke_edge_compactness", rgb) == pytest.approx(1 - box, abs=0.025)


def test_edges_of_colour_alone_count():
    rgb = np.zeros((512, 512, 3), np.uint8)
    rgb[:] = (0, 76, 0)
    rgb[192:320, 192:320] = (149, 0, 0)  # as light as the green around it
    assert value("ke_edge_compactness", rgb) == pytest.approx(1 - 1 / 16, abs=0.01)


def test_flat_pictures_have_no_box():
    assert value("ke_edge_compactness", np.full((50, 70, 3), 90, np.uint8)) == 0


def test_hue_simplicity_is_twenty_less_the_hues():
    rgb = np.zeros((100, 500, 3), np.float32)
    rgb[...] = (0, 0.8, 0.6)
    for index, hue in enumerate((9, 45, 117, 225, 333)):
        rgb[:, index * 100 : index * 100 + 100, 0] = hue
    drawn = np.rint(cv2.cvtColor(rgb, cv2.COLOR_HSV2RGB) * 255).astype(np.uint8)
    assert value("ke_hue_simplicity", drawn) == 15
    assert value("ke_hue_simplicity", np.full((50, 70, 3), 90, np.uint8)) == 20
