"""Measuring on a Dask cluster: the same values, whatever becomes of its workers."""

from __future__ import annotations

import os
import signal
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic.cli.main import app
from iaa_classic.cluster import Cluster, ClusterError
from iaa_classic.features import select
from iaa_classic.measuring import measure_images
from iaa_classic.workers import Limits

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two worker processes on this machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None, "silence_logs": 50}
        with distributed.LocalCluster(**options, local_directory=str(tmp_path_factory.mktemp("dask"))) as running:
            yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sixty noisy pictures, one of them broken."""
    root = tmp_path_factory.mktemp("cluster")
    random = np.random.default_rng(0)
    for number in range(60):
        pixels = random.integers(0, 256, (200, 300, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / f"{number:02d}.png")
    (root / "20.png").write_bytes(b"no picture")
    return root


def test_a_worker_killed_in_the_middle_changes_nothing(cluster, folder):
    records = select("lighting")
    paths = [str(path) for path in sorted(folder.iterdir())]
    alone = list(measure_images(paths, records))
    with distributed.Client(cluster) as client:
        victim = next(iter(client.run(os.getpid).values()))
        told = []
        for number, measurement in enumerate(measure_images(paths, records, scheduler=cluster.scheduler_address)):
            told.append(measurement)
            if number == 10:
                os.kill(victim, signal.SIGKILL)
        client.wait_for_workers(2)
        assert victim not in client.run(os.getpid).values()
    assert [m.error for m in told] == [m.error for m in alone]
    for ours, theirs in zip(alone, told, strict=True):
        np.testing.assert_array_equal(theirs.values, ours.values)


def test_the_command_writes_the_same_table(cluster, folder, tmp_path):
    asked = ["extract", str(folder), "--features", "aspect_ratio,mean_lightness", "--no-cache", "--output"]
    there = ("--scheduler", cluster.scheduler_address)
    for name, options in {"here": (), "there": there}.items():
        assert CliRunner().invoke(app, [*asked, str(tmp_path / f"{name}.parquet"), *options]).exit_code == 1
    assert (tmp_path / "here.parquet").read_bytes() == (tmp_path / "there.parquet").read_bytes()
    assert len(pd.read_parquet(tmp_path / "there.parquet")) == 60


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_picture_that_kills_worker_after_worker_is_given_up(cluster, folder):
    class Poison:
        def __fspath__(self):
            import os
            import signal

            os.kill(os.getpid(), signal.SIGKILL)

    sources = [str(folder / "01.png"), Poison(), str(folder / "02.png"), np.zeros((8, 9, 3), np.uint8)]
    cluster.scheduler.allowed_failures = 0
    measured = list(measure_images(sources, select(["aspect_ratio"]), scheduler=cluster.scheduler_address))
    assert [bool(m.error) for m in measured] == [False, True, False, False]
    assert "workers that measured it were lost" in measured[1].error


def test_what_cannot_be_done_is_said(cluster):
    with pytest.raises(ClusterError, match="limits of time and memory"):
        Cluster(cluster.scheduler_address, Limits(seconds=1))
    with pytest.raises(ClusterError, match="cannot be reached"):
        Cluster("nonsense://nowhere")
