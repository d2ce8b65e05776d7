"""What all readers share: one interface, missing photographs, the registry, and the cost of importing and reading."""

from __future__ import annotations

import doctest
import importlib
import shutil
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from iaa_classic.datasets import (
    DATASETS,
    MissingImagesWarning,
    disk,
    load_aadb,
    load_ava,
    load_dataset,
    load_dpchallenge,
    load_eva,
    load_flickr_aes,
    load_oasis,
    load_para,
    load_tad66k,
)
from iaa_classic.errors import UserError

from . import _layouts as layouts

# Photographs that are not on disk


READERS = {
    "AVA": (layouts.ava, load_ava, "images/953619.jpg", "953619"),
    "AADB": (layouts.aadb, load_aadb, "datasetImages_originalSize/farm1_1_a_b.jpg", "farm1_1_a_b.jpg"),
    "EVA": (layouts.eva, load_eva, "images/EVA_together/10.jpg", "10"),
    "PARA": (layouts.para, load_para, "imgs/session1/iaa_pub1_.jpg", "session1/iaa_pub1_.jpg"),
    "FLICKR-AES": (layouts.flickr_aes, load_flickr_aes, "40K/farm1_1.jpg", "farm1_1.jpg"),
    "TAD66K": (layouts.tad66k, load_tad66k, "TAD66K/111.jpg", "111.jpg"),
    "OASIS": (layouts.oasis, load_oasis, "images/Acorns 1.jpg", "Acorns 1"),
    "DPChallenge": (layouts.dpchallenge, load_dpchallenge, "images/1001.jpg", "1001"),
}


@pytest.mark.parametrize("name", READERS)
def test_missing_photographs_are_reported_and_left_out(tmp_path, name):
    write, load, path, image = READERS[name]
    root = write(tmp_path)
    whole = load(root).frame
    (root / path).unlink()
    with pytest.warns(MissingImagesWarning, match=f"{name}: 1 of {len(whole)} photographs are not on disk and left out"):
        dataset = load(root)
    assert image not in dataset.frame.index
    assert len(dataset.frame) == len(whole) - 1
    assert dataset.missing.to_numpy().tolist() == [[image, str(root / path)]]
    if dataset.ratings is not None:
        assert image not in set(dataset.ratings["image"])
    with pytest.warns(MissingImagesWarning, match="kept in frame"):
        kept = load(root, keep_missing=True)
    pd.testing.assert_frame_equal(kept.frame, whole)


@pytest.mark.parametrize("name", READERS)
def test_every_frame_keeps_the_one_interface(tmp_path, name):
    write, load, _, _ = READERS[name]
    dataset = load(write(tmp_path))
    frame = dataset.frame
    assert frame.columns[:5].to_list() == ["path", "score", "n_ratings", "group", "split"]
    assert frame.index.name == "image"
    assert frame.index.is_unique
    assert all(isinstance(image, str) for image in frame.index)
    assert frame["score"].dropna().between(*dataset.scale).all()
    assert set(frame["split"].dropna()) <= {"train", "validation", "test"}
    assert dataset.name == name
    assert dataset.source
    assert dataset.licence
    if dataset.levels is not None:
        shares = dataset.distribution()
        assert shares.shape == (len(frame), len(dataset.levels))
        np.testing.assert_allclose(shares[~np.isnan(shares[:, 0])].sum(axis=1), 1)


@pytest.mark.parametrize("name", READERS)
def test_without_any_photograph_the_error_says_where_they_are_expected(tmp_path, name):
    write, load, path, _ = READERS[name]
    root = write(tmp_path)
    for picture in root.rglob("*.jpg"):
        picture.unlink()
    with pytest.raises(UserError, match=r"none of the \d photographs is on disk \(looked for .*keep_missing=True.*Get it from"):
        load(root)
    shutil.rmtree(root / path.split("/")[0])
    with pytest.warns(MissingImagesWarning):
        dataset = load(root, keep_missing=True)
    assert len(dataset.missing) == len(dataset.frame)


@pytest.mark.parametrize("name", [name for name in READERS if name != "PARA"])
def test_photographs_in_another_folder(tmp_path, name):
    write, load, path, image = READERS[name]
    root = write(tmp_path / "root")
    elsewhere = tmp_path / "elsewhere"
    layouts.jpegs(elsewhere, [path.rsplit("/", 1)[1]])
    with pytest.warns(MissingImagesWarning):
        dataset = load(root, images=elsewhere)
    assert dataset.frame["path"].to_dict() == {image: str(elsewhere / path.rsplit("/", 1)[1])}
    with pytest.raises(UserError, match="nowhere: no such folder"):
        load(root, images=tmp_path / "nowhere")


def test_case_of_file_names_is_that_on_disk(tmp_path):
    root = layouts.ava(tmp_path)
    (root / "images" / "953619.jpg").rename(root / "images" / "953619.JPG")
    assert load_ava(root).frame["path"]["953619"].endswith("953619.JPG")


def test_datasets_by_name(tmp_path):
    layouts.koniq(tmp_path, with_sets=True)
    for name in ("koniq-10k", "KonIQ-10k", "koniq10k", "koniq 10k", "KONIQ_10K"):
        assert load_dataset(name, tmp_path).name == "KonIQ-10k"
    assert load_dataset("koniq-10k", str(tmp_path), scores="ratings").scale == (1.0, 5.0)
    with pytest.raises(UserError, match="no reader for 'laion'; there are ava, aadb"):
        load_dataset("laion", tmp_path)
    with pytest.raises(UserError, match="koniq-10k has no option 'votes'; it has scores, size, images, keep_missing"):
        load_dataset("koniq-10k", tmp_path, votes="all")


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "csv"])
def test_a_wrong_root_is_answered_with_the_layout_and_the_home(tmp_path, name):
    reader, citation, layout, about = DATASETS[name]
    assert citation
    assert "\n" not in layout
    with pytest.raises(UserError, match=r"no such folder; .* is expected there as"):
        reader(tmp_path / "nowhere")
    with pytest.raises(UserError) as error:
        reader(tmp_path)
    assert about.layout in str(error.value)
    assert about.hint in str(error.value)
    assert ("Get it from" in about.hint) == (name != "folder")


def test_a_dataset_cannot_be_reassigned(tmp_path):
    dataset = load_ava(layouts.ava(tmp_path))
    with pytest.raises(AttributeError):
        dataset.scale = (0, 1)
    assert "953619" not in repr(dataset)


def test_importing_loads_neither_pandas_nor_scipy():
    code = "import sys; import iaa_classic.datasets; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "scipy", "sklearn", "cv2", "openpyxl"} & set(loaded)


def test_a_quarter_of_a_million_photographs_are_looked_up_by_listing_folders(tmp_path, monkeypatch):
    rows = 255_000
    layouts.ava(tmp_path)
    line = "{0} {1} 0 1 5 17 38 36 15 6 5 1 1 22 {2}"
    (tmp_path / "AVA.txt").write_text("\n".join(line.format(row, row + 1000, row // 200) for row in range(rows)) + "\n")
    listed = []

    def listing(folder):
        listed.append(folder)
        return {f"{row + 1000}.jpg": f"{row + 1000}.jpg" for row in range(rows)}

    monkeypatch.setattr(disk, "_listing", listing)
    start = time.process_time()
    dataset = load_ava(tmp_path)
    spent = time.process_time() - start
    start = time.process_time()
    pd.read_csv(tmp_path / "AVA.txt", sep=r"\s+", header=None)
    ratio = spent / (time.process_time() - start)
    assert len(dataset.frame) == rows
    assert listed == [str(tmp_path / "images")]
    assert ratio < 30, f"{spent:.2f} s of CPU, {ratio:.1f} times what reading the table takes"


@pytest.mark.parametrize("module", ["aadb", "dataset", "tables"])
def test_examples_in_docstrings(module):
    result = doctest.testmod(importlib.import_module(f"iaa_classic.datasets.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
