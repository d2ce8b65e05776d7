"""Tables that grow on the disk: any text survives, no cell is a formula, and the bytes do not depend on how the rows came."""

from __future__ import annotations

import csv
import io
import json
import os

import numpy as np
import pandas as pd
import pytest

from iaa_classic.cli.tables import portable
from iaa_classic.output import OutputError
from iaa_classic.tabular import chunks, csv_cell, growing, plain_text

NAMES = [
    "plain.jpg",
    "-rf.jpg",
    "=1+1.jpg",
    "@SUM(A1).jpg",
    "+1.jpg",
    "\t=1.jpg",
    "a\nb.jpg",
    "a\r\nb.jpg",
    'say "cheese".jpg',
    "a,b;c.jpg",
    ";=1+1.jpg",
    " leading and trailing ",
    "bell\x07\x1b[31m.jpg",
    "été 写真 😀.jpg",
    "line\u2028separator\x85.jpg",
    "<script>alert(1)</script>.jpg",
    portable(os.fsdecode(b"not \xff utf-8 \xc3.jpg")),
]


@pytest.fixture
def frame() -> pd.DataFrame:
    values = [0.1 + 0.2, 1e-300, -0.0, 1e22, np.nan, 1 / 3, 5e-324, *np.arange(len(NAMES) - 7.0)]
    return pd.DataFrame({"path": pd.Series(NAMES, dtype=object), "score": values, "error": [""] * len(NAMES)})


def write(frame, path, pieces, **options):
    with growing(path, list(frame.columns), **options) as table:
        for piece in pieces:
            table.add(piece)


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_every_name_and_number_comes_back(frame, tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    write(frame, path, chunks(frame))
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
        back = pd.DataFrame(rows, dtype=object)
        numbers = [float(text) if text else np.nan for text in back["score"]]
        expected = [name if name == plain_text(name, is_path=True) else f"./{name}" for name in NAMES]
    else:
        back = pd.DataFrame(json.loads(path.read_text("utf-8"))) if ending == "json" else pd.read_parquet(path)
        numbers, expected = back["score"].astype(float), NAMES
    assert list(back["path"]) == expected
    np.testing.assert_array_equal(np.array(numbers, dtype=float), frame["score"].to_numpy())
    assert os.listdir(tmp_path) == [path.name]


def test_no_cell_of_a_csv_file_is_a_formula(frame, tmp_path):
    write(frame.assign(error=NAMES), tmp_path / "t.csv", [frame.assign(error=NAMES)])
    text = (tmp_path / "t.csv").read_bytes().decode()
    for delimiter in ",;\t":  # what spreadsheets take for one, by country
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells = [cell.strip() for cell in row]
            if delimiter == ",":
                assert not [cell for cell in row[::2] if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
            assert not [cell for cell in cells if cell.startswith(("=", "@"))], delimiter
    assert os.path.samefile(tmp_path / plain_text("t.csv", is_path=True), tmp_path / "t.csv")
    assert csv_cell(-1.5) == "-1.5"


def test_bytes_do_not_depend_on_how_the_rows_came(frame, tmp_path):
    for ending in ("csv", "json"):
        write(frame, tmp_path / f"a.{ending}", [frame])
        write(frame, tmp_path / f"b.{ending}", [frame.iloc[:3], frame.iloc[3:]])
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    write(frame.iloc[:0], tmp_path / "none.json", [])
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_parts_hold_so_many_rows_each(frame, tmp_path):
    folder = tmp_path / "t.parquet"
    write(frame, folder, [frame.iloc[:5], frame.iloc[5:]], part_rows=4)
    sizes = [len(pd.read_parquet(part)) for part in sorted(folder.iterdir())]
    assert sizes == [4, 4, 4, 4, 1]
    back = pd.concat([pd.read_parquet(part) for part in sorted(folder.iterdir())], ignore_index=True)
    assert list(back["path"]) == NAMES
    with pytest.raises(OutputError, match="exists already"):
        write(frame, folder, [frame], part_rows=4)
    write(frame, folder, [frame], part_rows=100, force=True)
    assert [part.name for part in folder.iterdir()] == ["part-00000.parquet"]


def test_a_folder_of_other_things_is_never_replaced(frame, tmp_path):
    folder = tmp_path / "t.parquet"
    folder.mkdir()
    (folder / "precious.txt").write_text("mine")
    with pytest.raises(OutputError, match="is not a folder of a table in parts"):
        write(frame, folder, [frame], part_rows=4, force=True)
    assert (folder / "precious.txt").read_text() == "mine"


@pytest.mark.parametrize("options", [{}, {"part_rows": 2}])
def test_nothing_appears_where_writing_fails_and_what_a_killed_run_left_is_replaced(frame, tmp_path, options):
    path = tmp_path / "t.parquet"

    def full():
        yield frame.iloc[:3]
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"t\.parquet: could not be written \(No space left"):
        write(frame, path, full(), **options)
    assert os.listdir(tmp_path) == []
    (tmp_path / ".t.parquet.partial").write_bytes(b"half a file")
    write(frame, path, [frame], **options)
    assert os.listdir(tmp_path) == ["t.parquet"]
