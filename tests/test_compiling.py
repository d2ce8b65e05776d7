"""Kernels are compiled once: ahead of the work, by one process, and never again while their cache is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from joblib import Parallel, delayed, parallel_config

from iaa_classic.compiling import compilations, warm_up
from iaa_classic.features import Picture, measure, select

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled without the JIT")

NAMES = ("clipped_highlights", "clipped_shadows")
"""A few features with few kernels, so that a cold cache costs seconds and not a minute."""

PROGRAM = """
import json, sys
from iaa_classic.compiling import warm_up
from iaa_classic.features import Picture, measure, select
import numpy as np
features = select(sys.argv[1:])
told = []
compiled = warm_up(features, lambda *numbers: told.append(numbers))
rgb = np.random.default_rng(0).integers(0, 256, (700, 611, 3)).astype(np.uint8)
print(json.dumps({"compiled": compiled, "told": told, "values": measure(Picture(rgb), features).tolist()}))
"""


def pictures():
    random = np.random.default_rng(0)
    for height, width in ((1, 1), (1, 700), (700, 3), (40, 60), (384, 512), (512, 512), (530, 768), (1024, 700)):
        rgb = random.integers(0, 256, (height, width, 3)).astype(np.uint8)
        yield rgb
        rgb.flags.writeable = False
        yield rgb
        yield np.asfortranarray(rgb)
        yield np.repeat(rgb[:, :, :1], 3, axis=2)


def test_nothing_is_compiled_after_warming_up():
    features = select("all")
    warm_up(features)
    with compilations() as counter:
        for rgb in pictures():
            measure(Picture(rgb), features)
    assert counter.count == 0


def test_workers_compile_nothing_after_the_parent_has_warmed_up():
    features = select("lighting")
    warm_up(features)
    with parallel_config("loky", inner_max_num_threads=1):
        counts = Parallel(n_jobs=2)(delayed(warm_up)(features) for _ in range(4))
    assert counts == [0, 0, 0, 0]


def started(cache, **environment):
    variables = {**os.environ, "NUMBA_CACHE_DIR": str(cache), **environment}
    command = [sys.executable, "-P", "-c", PROGRAM, *NAMES]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables)


def answer(process):
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(output)


def test_two_processes_that_meet_a_cold_cache_agree_and_leave_it_whole(tmp_path):
    first, second = (answer(process) for process in [started(tmp_path), started(tmp_path)])
    third = answer(started(tmp_path))
    assert first["compiled"] > 0
    assert third["compiled"] == 0
    assert third["told"] == []
    assert first["values"] == second["values"] == third["values"]


def test_the_first_run_says_how_far_it_is(tmp_path):
    told = answer(started(tmp_path))["told"]
    ready, total, compiled = zip(*told, strict=True)
    assert ready[-1] == total[-1] == len(NAMES)
    assert list(ready) == sorted(ready)
    assert list(compiled) == sorted(compiled)
    assert compiled[0] > 0


def test_the_cache_can_be_turned_off(tmp_path):
    turned_off = {"IAA_CLASSIC_KERNEL_CACHE": "off"}
    first, again = (answer(started(tmp_path, **turned_off)) for _ in range(2))
    assert first["compiled"] == again["compiled"] > 0
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".nbi", ".nbc")]
    assert answer(started(tmp_path))["values"] == first["values"]


def test_without_a_folder_to_write_to_kernels_are_compiled_all_the_same(monkeypatch):
    from iaa_classic.features.kernels import jit

    asked = []

    def njit(cache, fastmath):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(jit.numba, "njit", njit)
    assert jit.kernel(abs) is abs
    assert asked == [True, False]
