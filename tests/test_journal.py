"""The journal of a run: what was measured is found again, whatever ended the run, and nothing else is."""

from __future__ import annotations

import os

import numpy as np
import pytest

from iaa_classic.features import select
from iaa_classic.journal import Journal, run_digest
from iaa_classic.measuring import Measurement, failed
from iaa_classic.output import OutputError
from iaa_classic.recall import Stamp
from iaa_classic.resuming import Vanished, require_roots, resumed

VALUES = np.array([0.1, -0.0, np.nan, 1e300])


@pytest.fixture
def files(tmp_path) -> list[str]:
    """Files that have not changed for a while."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(bytes(number + 1))
        os.utime(folder / f"{number}.jpg", (1e9, 1e9))
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    """Take new files for settled."""
    monkeypatch.setattr("iaa_classic.recall._SETTLED_AFTER", -1.0)


def measurement(number: int) -> Measurement:
    return Measurement(VALUES + number, None, ("truncated",) * (number % 2), 10 + number, 20)


def same(one: Measurement, other: Measurement) -> bool:
    return (
        one.values.tobytes() == other.values.tobytes()
        and one.__dict__.keys() == other.__dict__.keys()
        and ((one.error, one.warnings, one.width, one.height) == (other.error, other.warnings, other.width, other.height))
    )


def filled(path, files) -> Journal:
    journal = Journal(path, "a" * 64)
    for number, file in enumerate(files):
        journal.add(Stamp.of(file), measurement(number))
    return journal


def test_what_was_measured_is_found_again(tmp_path, files):
    filled(tmp_path / "j", files).close()
    again = Journal(tmp_path / "j", "a" * 64)
    assert (again.found, again.interrupted) == (6, True)
    for number, file in enumerate(files):
        found = again.find(Stamp.of(file))
        assert found is not None
        assert same(found, measurement(number))
    os.utime(files[0], (2e9, 2e9))
    assert again.find(Stamp.of(files[0])) is None
    assert again.find(None) is None
    again.remove()
    assert not (tmp_path / "j").exists()


def test_a_journal_cut_or_damaged_anywhere_loses_what_is_behind_it_only(tmp_path, files):
    filled(tmp_path / "j", files).close()
    content = (tmp_path / "j").read_bytes()
    head = content.index(b"\n") + 1
    size = (len(content) - head) // 6
    for cut in range(len(content), head - 1, -7):
        (tmp_path / "cut").write_bytes(content[:cut])
        journal = Journal(tmp_path / "cut", "a" * 64)
        assert abs(journal.found - (cut - head) / size) < 1.3
        for number in range(journal.found):
            assert same(journal.find(Stamp.of(files[number])), measurement(number))
        journal.add(Stamp.of(files[5]), measurement(5))
        journal.close()
        again = Journal(tmp_path / "cut", "a" * 64)
        assert same(again.find(Stamp.of(files[5])), measurement(5))
        again.close()
    for place in range(0, len(content), 11):
        damaged = bytearray(content)
        damaged[place] ^= 0x55
        (tmp_path / "bad").write_bytes(damaged)
        if place < 22:  # no journal by its first bytes
            with pytest.raises(OutputError, match="is not the journal"):
                Journal(tmp_path / "bad", "a" * 64)
            continue
        journal = Journal(tmp_path / "bad", "a" * 64)
        for number, file in enumerate(files):
            found = journal.find(Stamp.of(file))
            assert found is None or same(found, measurement(number))
        journal.close()


def test_a_journal_of_another_run_is_begun_again_and_another_file_is_left_alone(tmp_path, files):
    filled(tmp_path / "j", files).close()
    other = Journal(tmp_path / "j", "b" * 64)
    assert (other.found, other.interrupted) == (0, True)
    other.close()
    (tmp_path / "notes").write_text("my notes")
    with pytest.raises(OutputError, match="is not the journal"):
        Journal(tmp_path / "notes", "a" * 64)
    assert (tmp_path / "notes").read_text() == "my notes"


def test_two_runs_cannot_share_a_journal(tmp_path):
    pytest.importorskip("fcntl")
    first = Journal(tmp_path / "j", "a" * 64)
    with pytest.raises(OutputError, match="another run writes to it"):
        Journal(tmp_path / "j", "a" * 64)
    first.close()
    Journal(tmp_path / "j", "a" * 64).close()


def test_failures_and_files_in_motion_are_not_kept(tmp_path, files, monkeypatch):
    journal = Journal(tmp_path / "j", "a" * 64)
    journal.add(Stamp.of(files[0]), failed(4, "it took too long"))
    monkeypatch.setattr("iaa_classic.recall._SETTLED_AFTER", 1e12)
    journal.add(Stamp.of(files[1]), measurement(1))
    assert len(journal) == 0
    journal.close()


def test_a_full_disk_is_told_and_what_was_written_before_is_kept(tmp_path, files, monkeypatch):
    journal = filled(tmp_path / "j", files[:3])
    write, room = os.write, [50]

    def full(handle, data):
        if room[0] <= 0:
            raise OSError(28, "No space left on device")
        room[0] -= (count := write(handle, data[: room[0]]))
        return count

    monkeypatch.setattr("iaa_classic.journal.os.write", full)
    with pytest.raises(OutputError, match=r"could not be written \(No space left"):
        journal.add(Stamp.of(files[3]), measurement(3))
    journal.close()
    monkeypatch.undo()
    assert Journal(tmp_path / "j", "a" * 64).found == 3


def test_the_digest_tells_runs_apart():
    one, two = select(["aspect_ratio"]), select("lighting")
    digests = {run_digest(one, None, 10), run_digest(one, None, 11), run_digest(two, None, 10), run_digest(one, object(), 10)}
    assert len(digests) == 4
    assert run_digest(one, None, 10) in digests


@pytest.mark.parametrize("known", [(), (0, 1, 2), (1, 3), (5,), (0, 2, 4), range(6)])
def test_every_path_is_told_once_and_in_order(tmp_path, files, known):
    with_journal = Journal(tmp_path / "j", "a" * 64)
    for number in known:
        with_journal.add(Stamp.of(files[number]), measurement(number))
    asked = []

    def measure(paths):
        waiting = []
        for path in paths:  # two at a time, as workers do
            asked.append(files.index(path))
            waiting.append(measurement(files.index(path)))
            if len(waiting) == 2:
                yield from waiting
                waiting = []
        yield from waiting

    told = list(resumed(files, with_journal, measure))
    assert [path for path, _ in told] == files
    assert all(same(m, measurement(number)) for number, (_, m) in enumerate(told))
    assert asked == [number for number in range(6) if number not in known]
    assert len(with_journal) == 6
    with_journal.close()


def test_a_folder_that_vanishes_is_told_from_a_file_that_does(tmp_path, files):
    root = str(tmp_path / "in")
    require_roots(files[0], [root], 3)
    os.unlink(files[0])
    require_roots(files[0], [root], 3)
    require_roots("memory://gone/a.jpg", [root], 3)
    for file in files[1:]:
        os.unlink(file)
    with pytest.raises(Vanished, match=r"in: has vanished after 3 photographs; .* run the same command again"):
        require_roots(files[0], [root], 3)
    os.rmdir(root)
    for roots in ([root], [files[0]]):
        with pytest.raises(Vanished):
            require_roots(files[0], roots, 3)
