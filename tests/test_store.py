"""The feature store: what is read is what would be measured, and whatever goes wrong with it costs a warning."""

from __future__ import annotations

import ast
import copy
import importlib.util
import os
import pickle
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.base import clone

from iaa_classic import FeatureExtractor, measuring, recall, store_file
from iaa_classic import store as store_module
from iaa_classic.face_detection import FaceDetector
from iaa_classic.features import Picture, select
from iaa_classic.measuring import measure_image, measure_images
from iaa_classic.store import FeatureStore, StoreError, StoreWarning, default_folder, store_for

RECORDS = select("lighting")[:3]
NATIVE = [record for record in select("sharpness") if record.scale == "native"][:1]


@pytest.fixture
def store(tmp_path):
    return FeatureStore(tmp_path / "store")


@pytest.fixture
def photo(tmp_path, photographs):
    """A photograph in a file whose times were settled long ago."""
    path = tmp_path / "photo.jpg"
    Image.fromarray(photographs["coffee"]).save(path, quality=90)
    return path


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    """Take the times of files for settled at once; the test of unsettled ones sets this back."""
    monkeypatch.setattr(recall, "_SETTLED_AFTER", -1.0)


@pytest.fixture
def counted(monkeypatch):
    """What was measured in this process: the names of the features, once per picture."""
    calls = []

    def measured(source, features, settings):
        calls.append([record.name for record in features])
        return original(source, features, settings)

    original = measuring._measured
    monkeypatch.setattr(measuring, "_measured", measured)
    return calls


def values(sources, features=RECORDS, **options):
    return np.array([measurement.values for measurement in measure_images(sources, features, **options)])


def other_picture(path, like):
    """Another photograph in a file as long as ``like``, with the same modification time."""
    state = like.stat()
    Image.fromarray(np.asarray(Image.open(like))[::-1] // 2).save(path, quality=50)
    with open(path, "ab") as file:
        file.write(b"\0" * (state.st_size - path.stat().st_size))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_size == state.st_size
    return path


# --- what is read -----------------------------------------------------------------------------------------------------


def test_unchanged_file_is_read_and_bit_identical(photo, store, counted):
    [direct] = measure_images([photo], RECORDS)
    [first], [second] = (list(measure_images([photo], RECORDS, store=store)) for _ in range(2))
    assert len(counted) == 2
    assert (store.hits, store.misses) == (1, 1)
    for measurement in (first, second):
        assert measurement.values.dtype == np.float64
        assert measurement.values.tobytes() == direct.values.tobytes()
        assert replace(measurement, values=None) == replace(direct, values=None)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_tables_are_identical_with_and_without_a_store(tmp_path, photographs, n_jobs):
    paths = []
    for index, name in enumerate(("chelsea", "coffee", "rocket")):
        paths.append(tmp_path / f"{name}.jpg")
        Image.fromarray(photographs[name][:120, : 150 + index]).save(paths[-1])
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    sources = [paths[0], broken, paths[1].read_bytes(), str(paths[2]), photographs["astronaut"][:64, :64], paths[0]]
    stores = (None, tmp_path / "store", tmp_path / "store")
    off, cold, warm = (list(measure_images(sources, select("all"), n_jobs=n_jobs, store=store)) for store in stores)
    alone = list(measure_images(sources, select("all")))
    for other in (cold, warm, alone):
        assert np.array_equal([m.values for m in off], [m.values for m in other], equal_nan=True)
        assert [replace(m, values=None) for m in off] == [replace(m, values=None) for m in other]


def test_warnings_are_kept(photo, store):
    photo.write_bytes(photo.read_bytes().removesuffix(b"\xff\xd9"))
    [first], [second] = (list(measure_images([photo], RECORDS, store=store)) for _ in range(2))
    assert first.warnings == second.warnings == ("end marker is missing",)
    assert store.hits == 1


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_nothing_is_prepared_when_all_is_known(photo, store, n_jobs):
    prepared = []
    for _ in range(2):
        list(measure_images([photo, photo], RECORDS, n_jobs=n_jobs, store=store, before_first=lambda: prepared.append(1)))
    assert prepared == [1]


def test_no_workers_start_when_all_is_known(photo, store, monkeypatch):
    values([photo], store=store)
    monkeypatch.setattr("joblib.Parallel.__call__", lambda *_: pytest.fail("workers were asked"))
    assert np.isfinite(values([photo] * 70, n_jobs=2, store=store)).all()


def test_failures_are_not_kept(tmp_path, store, counted):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"not a picture")
    for _ in range(2):
        [measurement] = measure_images([bad], RECORDS, store=store)
        assert measurement.error
    assert len(counted) == 2
    assert store.info().photographs == 0


def test_too_large_is_still_refused(photo, store):
    values([photo], store=store)
    [measurement] = measure_images([photo], RECORDS, store=store, max_pixels=1000)
    assert "more than the limit" in measurement.error
    assert np.isnan(measurement.values).all()


# --- what a picture is known by ---------------------------------------------------------------------------------------


def test_touched_moved_and_copied_files_are_found_by_their_content(photo, store, counted, tmp_path):
    expected = values([photo], store=store)
    os.utime(photo, (1e9, 1e9))
    copied = Path(shutil.copy(photo, tmp_path / "copy.jpg"))
    moved = copied.rename(tmp_path / "moved.jpg")
    assert np.array_equal(values([photo, moved, photo.read_bytes()], store=store), np.repeat(expected, 3, axis=0))
    assert len(counted) == 1
    assert store.info().photographs == 1


def test_unchanged_file_is_not_even_opened(photo, store, monkeypatch):
    values([photo], store=store)
    monkeypatch.setattr(recall, "with_content", lambda source: pytest.fail("the file was read"))
    values([photo], store=store)
    assert store.hits == 1


def test_same_size_and_modification_time_do_not_hide_a_change(photo, store, tmp_path):
    values([photo], store=store)
    replaced = other_picture(tmp_path / "other.jpg", photo)
    expected = values([replaced])
    os.replace(replaced, photo)
    assert np.array_equal(values([photo], store=store), expected)


def test_file_that_has_just_changed_is_known_by_its_content_alone(photo, store, tmp_path, monkeypatch):
    monkeypatch.setattr(recall, "_SETTLED_AFTER", 2.0)
    first = values([photo], store=store)
    # As if the file were changed again within one tick of its file system's clock: the stamp stays.
    same = recall.Stamp.of(photo)
    photo.write_bytes(other_picture(tmp_path / "other.jpg", photo).read_bytes())
    monkeypatch.setattr(recall.Stamp, "of", lambda path: same)
    second = values([photo], store=store)
    assert not np.array_equal(first, second)
    assert np.array_equal(second, values([photo]))


def test_file_that_changes_while_it_is_measured_is_not_mistaken(photo, store, tmp_path, monkeypatch):
    """Between the look into the store and the measuring, and of a picture of which only some features are known."""
    values([photo], RECORDS[:1], store=store)
    other = other_picture(tmp_path / "other.jpg", photo).read_bytes()
    expected = values([other])
    stream = measure_images([photo], RECORDS, store=store, before_first=lambda: photo.write_bytes(other))
    assert np.array_equal([m.values for m in stream], expected)
    assert np.array_equal(values([photo], store=store), expected)


def test_links_lead_to_one_file(photo, store, counted, tmp_path):
    link = tmp_path / "link.jpg"
    link.symlink_to(photo)
    for path in (photo, link, os.path.relpath(photo)):
        values([path], store=store)
    assert len(counted) == 1


def test_arrays_and_open_files_are_always_measured(photo, store, counted, photographs):
    for _ in range(2):
        with open(photo, "rb") as file:
            values([photographs["coffee"], Image.open(photo), file], store=store)
    assert len(counted) == 6
    assert store.info().photographs == 0


def test_name_of_a_raw_file_counts(photographs, tmp_path, store):
    tiff, raw = tmp_path / "a.tif", tmp_path / "a.nef"
    Image.fromarray(photographs["coffee"][:40, :40]).save(tiff)
    shutil.copy(tiff, raw)
    errors = [m.error for m in measure_images([tiff, raw], RECORDS, store=store)]
    assert errors[0] is None
    assert "raw file" in errors[1]


def test_no_names_are_written(photo, store):
    values([photo], store=store)
    store.close()
    told = b"".join(file.read_bytes() for file in store.folder.iterdir())
    assert b"photo" not in told
    assert RECORDS[0].name.encode() in told


# --- which values -----------------------------------------------------------------------------------------------------


def test_subset_is_read_and_superset_adds_what_is_missing(photo, store, counted):
    names = [record.name for record in RECORDS]
    values([photo], RECORDS[:2], store=store)
    assert np.array_equal(values([photo], RECORDS[1::-1], store=store), values([photo], RECORDS[1::-1]))
    counted.clear()
    assert np.array_equal(values([photo], store=store), values([photo]))
    assert counted == [names[2:], names]
    counted.clear()
    values([photo], store=store)
    assert counted == []


def test_raised_version_is_measured_anew(photo, store, counted):
    values([photo], store=store)
    newer = replace(RECORDS[1], version=RECORDS[1].version + 1)
    counted.clear()
    for _ in range(2):
        values([photo], [RECORDS[0], newer, RECORDS[2]], store=store)
    assert counted == [[newer.name]]


def test_values_of_full_and_reduced_decoding_are_kept_apart(tmp_path, photographs, store, counted):
    large = tmp_path / "large.jpg"
    Image.fromarray(np.tile(photographs["coffee"], (4, 4, 1))).save(large)
    both = [*RECORDS, *NATIVE]
    reduced, full = values([large]), values([large], both)
    assert not np.array_equal(reduced[0], full[0, :3])
    counted.clear()
    for features, expected in ((RECORDS, reduced), (both, full), (RECORDS, reduced), (both, full)):
        assert np.array_equal(values([large], features, store=store), expected)
    assert len(counted) == 2
    assert store.info().photographs == 1


def test_missing_part_of_a_full_decoding_is_decoded_in_full(tmp_path, photographs, store):
    large = tmp_path / "large.jpg"
    Image.fromarray(np.tile(photographs["coffee"], (4, 4, 1))).save(large)
    both = [*RECORDS, *NATIVE]
    values([large], [RECORDS[0], *NATIVE], store=store)
    assert np.array_equal(values([large], both, store=store), values([large], both))


def test_small_picture_is_the_same_at_either_scale(photo, store, counted):
    values([photo], [*RECORDS, *NATIVE], store=store)
    values([photo], store=store)
    assert len(counted) == 1


def test_other_libraries_are_another_environment(photo, store, counted, monkeypatch):
    values([photo], store=store)
    monkeypatch.setattr(recall, "environment", lambda: b"another")
    values([photo], store=store)
    assert len(counted) == 2


def test_environment_holds_all_code_that_decodes():
    """The modules that reading a picture and finding faces import, and theirs."""
    folder = Path(recall.__file__).parent
    found, waiting = set(), ["images", "face_detection", "measuring"]
    while waiting:
        module = waiting.pop()
        if module in found or not (folder / f"{module}.py").is_file():
            continue
        found.add(module)
        if module == "measuring":  # what else it imports moves values about and does not change them
            continue
        for node in ast.walk(ast.parse((folder / f"{module}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                waiting += [node.module.split(".")[0]] if node.module else [name.name for name in node.names]
    assert found == set(recall.CODE)


def test_features_from_elsewhere_are_not_kept(photo, store, counted):
    def own(picture: Picture) -> float:
        """Height in pixels."""
        return float(picture.height)

    elsewhere = replace(RECORDS[0], name="own", function=own)
    for _ in range(2):
        values([photo], [elsewhere, RECORDS[1]], store=store)
    assert counted == [["own", RECORDS[1].name], ["own"]]


def test_faces_are_kept_with_the_model_that_found_them(photo, store, counted, tmp_path, monkeypatch):
    people = select("people")[:1]
    key = recall.key_of(people[0], None)
    one, two = tmp_path / "one.onnx", tmp_path / "two.onnx"
    one.write_bytes(b"one")
    two.write_bytes(b"two")
    keys = {recall.key_of(people[0], FaceDetector(*choice)) for choice in ((one,), (two,), (one, 0.6))}
    assert len({key, *keys}) == 4

    class Nobody:
        def detect(self, rgb):
            return np.empty((0, 15))

    for _ in range(2):
        values([photo], people, face_detector=Nobody(), store=store)
        values([photo], people, face_detector=None, store=store)
    assert len(counted) == 3


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_damaged_file_costs_a_warning_and_clearing_mends_it(photo, store):
    expected = values([photo], store=store)
    store.close()
    store.path.write_bytes(b"this is no database" * 1000)
    with pytest.warns(StoreWarning, match="cannot be used") as told:
        assert np.array_equal(values([photo, photo], store=store), np.repeat(expected, 2, axis=0))
    assert len(told) == 1
    with pytest.raises(StoreError, match="--clear"):
        store.info()
    assert store.clear() > 0
    assert store.info().photographs == 0
    values([photo], store=store)
    assert store.info().photographs == 1


def test_flipped_bits_in_a_row_are_noticed(photo, store, counted):
    expected = values([photo], store=store)
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE measured SET data = zeroblob(length(data))")
    connection.close()
    assert np.array_equal(values([photo], store=store), expected)
    assert len(counted) == 2
    values([photo], store=store)
    assert len(counted) == 2


def test_folder_that_cannot_be_written_costs_a_warning(photo, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(StoreWarning, match="cannot be used"):
        assert np.isfinite(values([photo], store=tmp_path / "file" / "store")).all()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_read_only_folder_costs_a_warning(photo, tmp_path):
    (tmp_path / "store").mkdir(mode=0o500)
    with pytest.warns(StoreWarning, match="cannot be used"):
        assert np.isfinite(values([photo], store=tmp_path / "store")).all()


def test_full_disk_costs_a_warning(photo, store):
    values([photo], RECORDS[:1], store=store)
    with store._guarded() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    names = [f"{index}:1" for index in range(4000)]
    entry = store_module.Entry(store_module.Content(1, b"x"), "any", dict.fromkeys(names, 0.5), 1, 1)
    with pytest.warns(StoreWarning, match="full"):
        store.write(b"environment", [entry], {})
    assert np.isfinite(values([photo], store=store)).all()
    store = FeatureStore(store.folder)
    assert store.info().photographs == 1


def test_locked_file_costs_a_warning_and_no_hang(photo, store, monkeypatch):
    values([photo], RECORDS[:1], store=store)
    store.close()
    monkeypatch.setattr(store_file, "_PATIENCE", 0.2)
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    with pytest.warns(StoreWarning, match="locked"):
        assert np.isfinite(values([photo], store=store)).all()
    assert time.monotonic() - begun < 5
    holder.close()


_WRITER = """
import sys
import numpy as np
from iaa_classic import recall
from iaa_classic.features import select
from iaa_classic.measuring import measure_images
recall.environment = lambda: b"same"
features = select("lighting")[int(sys.argv[2]) : int(sys.argv[3])]
for _ in range(3):
    for measurement in measure_images(sys.argv[4:], features, store=sys.argv[1]):
        assert np.isfinite(measurement.values).all()
"""


def test_two_processes_write_at_once(tmp_path, photographs, counted, monkeypatch):
    monkeypatch.setattr(recall, "environment", lambda: b"same")
    paths = []
    for index in range(30):
        paths.append(str(tmp_path / f"{index}.png"))
        Image.fromarray(photographs["chelsea"][index : index + 40, :40]).save(paths[-1])
    command = [sys.executable, "-P", "-W", "error", "-c", _WRITER, str(tmp_path / "store")]
    writers = [subprocess.Popen([*command, *bounds, *paths], stderr=subprocess.PIPE) for bounds in (("0", "2"), ("1", "3"))]
    told = [writer.communicate(timeout=300)[1].decode() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], told
    store = FeatureStore(tmp_path / "store")
    assert store.info().photographs == 30
    assert np.array_equal(values(paths, store=store), values(paths))
    assert len(counted) == 30  # the values of both were merged, and all are there


def test_forked_process_opens_the_file_by_itself(photo, store):
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    values([photo], store=store)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        values([photo], store=store)
        os._exit(store.hits)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    values([photo], store=store)
    assert store.hits == 1


# --- size, place, choice ----------------------------------------------------------------------------------------------


def filled_store(folder, count, monkeypatch, max_bytes):
    """A store to which ``count`` pictures of 300 features were written, one a second, and the environment."""
    store = FeatureStore(folder, max_bytes=max_bytes)
    keys = [f"feature{index}:1" for index in range(300)]
    clock = iter(range(10**9, 10**9 + 10**6))
    monkeypatch.setattr(store_module.time, "time", lambda: next(clock))
    for start in range(0, count, 20):
        contents = [store_module.Content(index, index.to_bytes(32)) for index in range(start, start + 20)]
        entries = [store_module.Entry(content, "any", dict.fromkeys(keys, 0.5), 1, 1) for content in contents]
        store.write(b"e", entries, {content.digest: content for content in contents})
    return store


def test_least_recently_used_rows_are_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "_TOUCH_AFTER", -1)
    store = filled_store(tmp_path / "s", 100, monkeypatch, 10**9)
    first = store_module.Content(0, (0).to_bytes(32))
    assert store.find(b"e", ("any", "full"), content=first)
    store.write(b"e", [], {})
    small = FeatureStore(tmp_path / "s", max_bytes=200_000)
    new = store_module.Content(1000, b"new")
    small.write(b"e", [store_module.Entry(new, "any", {"feature0:1": 1.0}, 1, 1)], {})
    kept = [
        index
        for index in range(100)
        if small.find(b"e", ("any", "full"), content=store_module.Content(index, index.to_bytes(32)))
    ]
    assert 0 in kept
    assert kept[1:] == list(range(100 - len(kept) + 1, 100))
    assert 10 < len(kept) < 80
    assert small.find(b"e", ("any", "full"), content=new)
    assert small.find(b"e", ("any", "full"), stamp=kept[-1].to_bytes(32))
    assert small.find(b"e", ("any", "full"), stamp=(1).to_bytes(32)) is None


def test_size_stays_bounded(tmp_path, monkeypatch):
    store = filled_store(tmp_path / "s", 600, monkeypatch, 400_000)
    store.close()
    assert store.info().bytes < 600_000
    assert store.info().photographs > 50


def test_clearing_tells_what_it_freed_even_under_another_user(photo, store):
    values([photo], store=store)
    other = FeatureStore(store.folder)
    values([photo], store=other)
    before = store.info().bytes
    assert 0 < other.clear() <= before
    assert store.info().photographs == 0
    values([photo], store=store)
    assert store.info().photographs == 1
    assert other.info().photographs == 1


def test_looking_creates_nothing(store):
    assert store.info().bytes == 0
    assert store.clear() == 0
    assert not store.folder.exists()


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_store_is_its_owners_alone(photo, store):
    values([photo], store=store)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in store.folder.iterdir()} == {0o600}


def test_place(monkeypatch, tmp_path):
    monkeypatch.setenv(store_module.VARIABLE, str(tmp_path / "mine"))
    assert store_for("default") == FeatureStore(tmp_path / "mine") == FeatureStore()
    for off in ("", "off", "OFF"):
        monkeypatch.setenv(store_module.VARIABLE, off)
        assert default_folder() is None
        assert store_for("default") is None
        with pytest.raises(StoreError, match="switched off"):
            FeatureStore()
    monkeypatch.delenv(store_module.VARIABLE)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "iaa-classic"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert default_folder() == tmp_path / "home" / ".cache" / "iaa-classic"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_folder() == tmp_path / "home" / "Library" / "Caches" / "iaa-classic"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert default_folder() == tmp_path / "local" / "iaa-classic" / "Cache"


def test_choice_of_a_store(tmp_path):
    assert store_for(None) is None
    store = FeatureStore(tmp_path)
    assert store_for(store) is store
    assert store_for(str(tmp_path)) == store
    for wrong in (5, "", True):
        with pytest.raises(TypeError, match="'default'"):
            store_for(wrong)
    with pytest.raises(ValueError, match="max_bytes"):
        FeatureStore(tmp_path, max_bytes=0)


def test_copies_open_the_file_by_themselves(photo, store):
    values([photo], store=store)
    for copied in (pickle.loads(pickle.dumps(store)), copy.deepcopy(store)):
        assert copied == store
        assert hash(copied) == hash(store)
        values([photo], store=copied)
        assert copied.hits == 1
    assert repr(store).startswith("FeatureStore(")


# --- the extractor ----------------------------------------------------------------------------------------------------


def test_single_picture_is_kept_too(photo, store, counted):
    for _ in range(2):
        measurement = measure_image(photo, RECORDS, store=store)
        assert np.array_equal([measurement.values], values([photo]))
    assert (store.hits, store.info().photographs) == (1, 1)


def test_what_was_measured_is_kept_when_the_run_is_broken_off(photo, store):
    def sources():
        yield photo
        raise ConnectionError("the drive is gone")

    with pytest.raises(ConnectionError):
        values(sources(), store=store)
    assert store.info().photographs == 1


def test_extractor_writes_nothing_unless_told(photo, tmp_path, monkeypatch):
    monkeypatch.setenv(store_module.VARIABLE, str(tmp_path / "mine"))
    names = [record.name for record in RECORDS]
    plain = FeatureExtractor(names).fit_transform([photo])
    assert not (tmp_path / "mine").exists()
    for choice in ("default", str(tmp_path / "own"), FeatureStore(tmp_path / "object")):
        extractor = clone(FeatureExtractor(names, store=choice))
        assert extractor.get_params()["store"] == choice
        for _ in range(2):
            assert np.array_equal(extractor.fit_transform([photo]), plain)
    assert all(FeatureStore(tmp_path / name).info().photographs == 1 for name in ("mine", "own", "object"))
    with pytest.raises(TypeError, match="store must be"):
        FeatureExtractor(names, store=3).fit()


def test_code_of_the_package_is_where_the_environment_looks():
    assert importlib.util.find_spec("iaa_classic.features") is not None
    assert all((Path(recall.__file__).parent / f"{name}.py").is_file() for name in recall.CODE)
    assert len(recall.environment()) == 16
