"""Workers that may die: what ended one is told, costs one call, and the others go on."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from iaa_classic.errors import UserError
from iaa_classic.features import select
from iaa_classic.measuring import measure_images
from iaa_classic.workers import Limits, WorkerLost, Workers

RECORDS = select(["aspect_ratio"])
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="signals and limits of Linux")


class Trouble:
    """A path that does something to the process that opens it; it is sent by value, since workers cannot import this module."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __fspath__(self) -> str:
        import os
        import signal
        import time

        import numpy as np

        if self.what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif self.what == "no memory left":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.what == "end":
            os._exit(3)
        elif self.what.startswith("hang"):
            with open(self.what[5:] or os.devnull, "w") as file:
                file.write(str(os.getpid()))
            time.sleep(60)
        elif self.what == "bomb":
            np.ones(2**28)
        return "nowhere.png"


@pytest.fixture(autouse=True)
def _by_value():
    """Send the classes of this module by value."""
    try:
        from joblib.externals import cloudpickle  # joblib before 1.6 brings its own
    except ImportError:
        import cloudpickle
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    yield
    cloudpickle.unregister_pickle_by_value(module)


def pictures(**trouble: str) -> list:
    """Twelve grey pictures, some of which are trouble instead."""
    sources: list = [np.full((8, 8 + number, 3), 90, np.uint8) for number in range(12)]
    for place, what in trouble.items():
        sources[int(place[1:])] = Trouble(what)
    return sources


@LINUX
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_what_kills_a_worker_costs_one_row_and_is_named(n_jobs):
    sources = pictures(_2="crash", _5="no memory left", _7="end", _8="file")
    measured = list(measure_images(sources, RECORDS, n_jobs=n_jobs, limits=Limits(isolate=True)))
    errors = {place: m.error for place, m in enumerate(measured) if m.error}
    assert errors == {
        2: "the process that measured it crashed (SIGSEGV)",
        5: "the process that measured it was killed, most likely for want of memory",
        7: "the process that measured it ended (status 3)",
        8: "there is no such file; check its spelling",
    }
    alone = list(measure_images(pictures(), RECORDS))
    assert all(m.values[0] == alone[place].values[0] for place, m in enumerate(measured) if not m.error)


@LINUX
def test_what_takes_too_long_or_too_much_costs_one_row(tmp_path):
    note = tmp_path / "process"
    sources = pictures(_3=f"hang {note}", _6="bomb")
    measured = list(measure_images(sources, RECORDS, limits=Limits(seconds=8, megabytes=1000)))
    errors = {place: m.error for place, m in enumerate(measured) if m.error}
    assert set(errors) == {3, 6}
    assert errors[3] == "it took longer than the limit of 8 s and was given up"
    assert "memory" in errors[6]
    assert not os.path.exists(f"/proc/{note.read_text()}"), "the one that hung is still there"


@LINUX
def test_the_extractor_keeps_to_limits():
    import pickle

    from iaa_classic import FeatureExtractor

    extractor = FeatureExtractor(["aspect_ratio"], timeout=8, memory_limit=1000)
    with pytest.warns(UserWarning, match="1 of 3 pictures could not be read"):
        table = extractor.transform([np.zeros((8, 8, 3), np.uint8), Trouble("hang"), np.zeros((8, 8, 3), np.uint8)])
    assert list(table["aspect_ratio"].isna()) == [False, True, False]
    assert "longer than the limit of 8 s" in extractor.failures_["error"][0]
    assert pickle.loads(pickle.dumps(extractor)).get_params() == extractor.get_params()
    for wrong in ({"timeout": 0}, {"timeout": "1"}, {"memory_limit": -1}):
        with pytest.raises(ValueError, match="must be a positive number or None"):
            FeatureExtractor(["aspect_ratio"], **wrong).fit()


def test_an_ordinary_picture_keeps_to_ordinary_limits(photographs):
    limits = Limits(seconds=60, megabytes=1500 if sys.platform == "linux" else None)
    records = select("lighting")
    [measured] = measure_images([photographs["coffee"]], records, limits=limits)
    [alone] = measure_images([photographs["coffee"]], records)
    assert measured.error is None
    np.testing.assert_array_equal(measured.values, alone.values)


def test_workers_outlive_a_run_and_an_abandoned_run_ends_at_once():
    workers = Workers(1)
    first = workers.submit(os.getpid).result(timeout=120)
    assert first != os.getpid()
    workers.close()
    again = Workers(1)
    assert again.submit(os.getpid).result(timeout=120) == first
    start = time.monotonic()
    hanging = again.submit(time.sleep, 60)
    while not again._busy and time.monotonic() < start + 10:
        time.sleep(0.01)
    again.close()
    assert time.monotonic() - start < 30
    with pytest.raises(WorkerLost):
        hanging.result()


def test_an_exception_inside_a_worker_is_told():
    workers = Workers(1)
    with pytest.raises(RuntimeError, match="FileNotFoundError"):
        workers.submit(os.stat, "nowhere at all").result(timeout=120)
    workers.close()


def test_a_stream_that_is_left_halfway_leaves_no_thread_behind():
    stream = measure_images(iter(pictures()), RECORDS, n_jobs=2)
    next(stream)
    stream.close()
    assert len(list(measure_images(pictures(), RECORDS, n_jobs=2))) == 12


ORPHAN = """
import os, sys, time
from iaa_classic.workers import Workers
workers = Workers(1)
print(workers.submit(os.getpid).result(), flush=True)
workers.submit(time.sleep, 600)
time.sleep(600)
"""


@LINUX
def test_workers_end_when_their_parent_is_killed():
    with subprocess.Popen([sys.executable, "-P", "-c", ORPHAN], stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 30
    while os.path.exists(f"/proc/{worker}") and time.monotonic() < end:
        with open(f"/proc/{worker}/stat") as stat:
            if stat.read().rpartition(")")[2].split()[0] == "Z":
                return
        time.sleep(0.2)
    assert not os.path.exists(f"/proc/{worker}")


LEAVES = """
import sys, time
from iaa_classic.workers import Workers
workers = Workers(1)
workers.submit(time.sleep, 0).result()
waiting = [workers.submit(time.sleep, 600) for _ in range(3)]
time.sleep(0.5)
sys.exit(7)
"""


def test_a_program_that_ends_waits_for_no_worker():
    done = subprocess.run([sys.executable, "-P", "-c", LEAVES], check=False, timeout=120)
    assert done.returncode == 7


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"seconds": -1}, {"megabytes": 0}, {"seconds": float("nan")}])
def test_limits_out_of_range_are_refused(wrong):
    with pytest.raises(UserError, match="limit is a positive number"):
        Limits(**wrong)
