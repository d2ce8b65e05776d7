"""The helpers of the speed benchmark: that a figure is of what it says, whatever it comes to."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
if not FOLDER.is_dir():
    pytest.skip("benchmarks/ belongs to the checkout", allow_module_level=True)


@pytest.fixture(scope="module")
def module():
    """Import a benchmark's module by name."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        patch.syspath_prepend(FOLDER / "peers")
        yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(FOLDER) in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Three small pictures."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number in range(3):
        Image.fromarray(rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.mark.parametrize(
    ("figure", "at_most", "met"),
    [(2.0, True, True), (2.01, True, False), (2.0, False, True), (1.99, False, False), (float("nan"), True, False)],
)
def test_bar_is_met_at_its_limit_and_not_beyond(module, figure, at_most, met):
    bar = module("speed_bars").Bar("a", figure, 2.0, "x", at_most=at_most)
    assert bar.met is met
    assert bar.row()[-1] == ("met" if met else "NOT MET")
    assert bar.to_dict()["met"] is met


def test_table_and_machine_are_complete(module):
    bars = module("speed_bars")
    lines = bars.table([bars.Bar("a", 1.0, 2.0, "x", aim=1.5)]).splitlines()
    assert len(lines) == 2
    assert "at most 2, aim 1.5" in lines[1]
    assert all(word in bars.machine() for word in ("Processor", "cores", "Threads", "OpenCV", "numpy"))


def test_timed_steps_take_turns_and_the_first_turn_is_not_counted(module):
    calls = []
    found = module("speed_steps").timed({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=2)
    assert calls == ["a", "b"] * 3
    assert list(found.index) == ["a", "b"]


def test_a_picture_that_cannot_be_measured_is_not_timed(module, tmp_path):
    from iaa_classic.features import select

    with pytest.raises(ValueError, match="nothing"):
        module("speed_steps").measured(tmp_path / "nothing.jpg", select(["aspect_ratio"]))


def test_links_are_many_names_of_the_same_files(module, files, tmp_path):
    folder = module("speed_memory").linked(files, 7, tmp_path)
    contents = [path.read_bytes() for path in sorted(folder.iterdir())]
    assert len(contents) == 7
    assert len(set(contents)) == 3
    assert contents[0] == contents[3] == Path(files[0]).read_bytes()


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the memory benchmark reads /proc")
@pytest.mark.parametrize("through", ["measure_images", "extract"])
def test_memory_of_a_process_of_its_own(module, files, through):
    found = module("speed_memory").peaks(files, 5, jobs=1, features="aspect_ratio", through=through)
    assert found["measured"] == 5
    assert 20 < found["process"] < 4000
    assert "worker" not in found


def test_memory_run_that_fails_says_so(module, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    with pytest.raises(RuntimeError):
        module("speed_memory").peaks([str(broken)], 2, jobs=1, features="aspect_ratio", through="measure_images")


def test_second_run_reads_every_picture_from_the_store(module, files, monkeypatch):
    from iaa_classic.features import select

    runs = module("speed_runs")
    monkeypatch.setattr(runs, "interpretable", lambda _: select(["aspect_ratio"]))
    first, second, cpu = runs.again(files, repeats=1)
    assert min(first, second, cpu) > 0


def test_failed_command_is_not_timed(module):
    with pytest.raises(RuntimeError, match="ended with 2"):
        module("speed_runs").command_seconds("score", "/no/such/photograph.jpg", repeats=1)


def test_driver_counts_numbers_and_names_failures(module):
    timing = module("timing")
    assert timing.count({"a": 1.0, "b": [1, 2, np.zeros(3)], "c": None, "d": "x", "e": np.float32(1)}) == 7

    def fails(*_):
        raise ValueError("no")

    found = timing.once({"keeps": lambda path, state: state.setdefault("path", path) and 1.0, "fails": fails}, "p")
    assert found["values"] == 1
    assert found["failed"] == {"fails": "ValueError: no"}
    assert set(found["seconds"]) == {"keeps"}


def test_athec_driver_times_what_a_checkout_has(files, tmp_path):
    """With a stand-in for athec, whose functions have the names and the parameters of the real ones."""
    package = tmp_path / "athec"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "misc.py").write_text("")
    (package / "color.py").write_text(
        "from . import misc\n"
        "def attr_RGB(img, return_full=False):\n    return {'mean': 1.0, 'sd': 2.0} if return_full else {'mean': 1.0}\n"
        "def attr_broken(img):\n    raise ValueError('broken here')\n"
        "def attr_color_percentage(img, color_dict=None):\n    return 1.0\n"
    )
    (package / "sharp.py").write_text("def attr_sharp(img):\n    return {'sharp': 3.0}\n")
    task = {"pictures": files[:1], "side": 32, "repeats": 2, "source": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(FOLDER / "peers" / "athec_driver.py")],
        input=json.dumps(task),
        env={"PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    answer = json.loads(done.stdout)
    assert len(answer["runs"]) == 2
    [picture] = answer["runs"][0]
    assert set(picture["seconds"]) == {"color.attr_RGB", "sharp.attr_sharp"}
    assert picture["values"] == 3
    assert picture["failed"] == {"color.attr_broken": "ValueError: broken here"}
    assert "color.attr_color_percentage" in answer["left_out"]


def test_summary_of_a_driver_takes_medians_and_keeps_failures(module):
    peers = module("speed_peers")
    runs = [[{"seconds": {"f": seconds, "g": 1.0}, "values": 5, "failed": {"h": "why"}}] for seconds in (1.0, 9.0, 2.0)]
    found = peers.summary("name", {"runs": runs, "left_out": {"i": "no"}})
    assert found.seconds == [3.0]
    assert (found.values, found.by_function["f"], found.failed, found.left_out) == (5, 2.0, {"h": "why"}, {"i": "no"})
    with pytest.raises(RuntimeError, match="no function worked"):
        peers.summary("name", {"runs": [[{"seconds": {}, "values": 0, "failed": {"h": "why"}}]], "left_out": {}})


def test_options(module, tmp_path):
    given = module("speed").chosen(["--quick", "--cache", str(tmp_path), "--only", "memory"])
    assert (given.repeats, given.peers_folder, given.only) == (2, tmp_path / "peers", ["memory"])
