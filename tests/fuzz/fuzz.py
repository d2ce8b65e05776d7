"""Mutated pictures and model files, by the hundred thousand: each is read, or refused by a clear error, and nothing else.

    python -P tests/fuzz/fuzz.py --minutes 30
    python -P tests/fuzz/fuzz.py --case pictures 12345

A case is told by its number and ``--seed``: it is the same bytes each time. Cases run in a worker process of their own, so
that a crash or a hang is a finding and not the end. Findings are listed and written to ``--found``; with any, the status is 1.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import struct
import sys
import time
import warnings
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from iaa_classic.errors import UserError
from iaa_classic.images import ImageError, read_image
from iaa_classic.persistence import ModelFileError, load_model
from iaa_classic.workers import Limits, WorkerLost, Workers

SEEDS = Path(__file__).with_name("seeds")
BATCH = 64
"""Cases of one call of the worker; where something is wrong, they are tried one by one."""

SLOW = 5.0
"""CPU seconds that no case may take."""

MEGABYTES = 1000
WORDS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


# Mutations -----------------------------------------------------------------------------------------------------------


def mutated(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """One to a few changes of bytes, words, stretches or ends."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(out)) if out else 0
        kind = rng.randrange(9)
        if not out or kind == 0:
            out[at:at] = rng.randbytes(rng.randint(1, 16))
        elif kind == 1:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            out[at] = rng.randrange(256)
        elif kind == 3:
            code = rng.choice(("<H", ">H", "<I", ">I"))
            word = struct.pack(code, rng.choice(WORDS) & (0xFFFF if code[1] == "H" else 0xFFFFFFFF))
            out[at : at + len(word)] = word
        elif kind == 4:
            del out[at : at + rng.randint(1, 32)]
        elif kind == 5:
            del out[at:]
        elif kind == 6:
            stretch = out[at : at + rng.randint(1, 64)]
            out[at:at] = stretch * rng.choice((1, 2, 50))
        elif kind == 7:
            other = rng.choice(others)
            out[at:] = other[rng.randrange(len(other)) :]
        else:
            out[at : at + rng.randint(1, 16)] = b"\xff" * rng.randint(1, 16)
    return bytes(out)


def with_right_checksums(data: bytes) -> bytes:
    """A PNG whose chunks pass their checksums again, so that what is behind them is reached."""
    out, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + length]
        out += data[at : at + 4] + body + zlib.crc32(body).to_bytes(4, "big")
        at += 12 + length
    return bytes(out + data[at:])


def mutated_model(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """A model file with changed bytes or, mostly, a sound zip with changed objects or arrays."""
    if rng.random() < 0.2:
        return mutated(data, others, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    arrays = [name for name in members if name.endswith(".npy")]
    if rng.random() < 0.5:
        name = rng.choice(arrays)
        members[name] = _mutated_array(members[name], [members[other] for other in arrays], rng)
    else:
        schema = json.loads(members["schema.json"])
        for _ in range(rng.choice((1, 1, 2, 4))):
            _mutate_node(schema, rng)
        members["schema.json"] = json.dumps(schema).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _mutated_array(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return mutated(data, others, rng)
    if kind == 1:
        return rng.choice(others)
    array = np.load(io.BytesIO(data)).copy()
    if kind == 2 and array.size:
        extreme = rng.choice([0, -1, 1, 2**31 - 1, -(2**31), 2**62, array.size, float("nan"), float("inf"), -1e308])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array.flat[rng.randrange(array.size)] = np.array(extreme).astype(array.dtype)
    else:
        array = array[: rng.randrange(len(array) + 1)] if array.ndim else array
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _mutate_node(schema: dict, rng: random.Random) -> None:
    """Change one value somewhere in the tree of the schema."""
    places: list[tuple] = []
    stack: list = [schema]
    while stack:
        node = stack.pop()
        items = list(node.items() if isinstance(node, dict) else enumerate(node))
        places += [(node, key) for key, _ in items]
        stack += [value for _, value in items if isinstance(value, (dict, list))]
    node, key = rng.choice(places)
    other, place = rng.choice(places)
    choices = [None, 0, -1, 1e308, "", "0", "null", "NaN", "-1", "[1]", "1e999", "x" * 300, [], {}, True, other[place]]
    if isinstance(node, dict) and rng.random() < 0.2:
        del node[key]
    else:
        node[key] = json.loads(json.dumps(rng.choice(choices)))


# Targets -------------------------------------------------------------------------------------------------------------


def read_picture(data: bytes, rng: random.Random) -> str:
    """Read a picture in one of the ways in which it can be asked for."""
    options = {"max_pixels": 200_000_000 if rng.random() < 0.02 else 1_000_000, "truncated": rng.choice(("refuse", "flag"))}
    try:
        loaded = read_image(data, min_side=rng.choice((None, None, 4, 1024)), **options)
    except ImageError as error:
        require_clear(str(error))
        return "refused"
    pixels = loaded.pixels
    assert pixels.dtype == np.uint8, pixels.dtype
    assert pixels.ndim == 3, pixels.shape
    assert pixels.shape[2] == 3, pixels.shape
    assert pixels.flags.c_contiguous
    assert min(pixels.shape) > 0, pixels.shape
    assert loaded.width * loaded.height <= options["max_pixels"], (loaded.width, loaded.height)
    return "read"


def read_model(data: bytes, rng: random.Random) -> str:
    """Read a model file, and use the model if it is one."""
    try:
        model = load_model(data, check_catalogue=False)
    except ModelFileError as error:
        require_clear(str(error))
        return "refused"
    scorer = getattr(model, "model_", model)
    names = getattr(scorer, "feature_names_in_", None)
    if names is not None:
        import pandas as pd

        X = pd.DataFrame(np.random.default_rng(rng.randrange(99)).normal(size=(4, len(names))), columns=list(names))
        X.iloc[0] = np.nan
        with np.errstate(all="ignore"):
            try:
                scorer.predict(X)
                scorer.breakdown(X)
            except UserError as error:
                require_clear(str(error))
    return "read"


def require_clear(text: str) -> None:
    """An error is one printable line that says something."""
    assert 10 < len(text) < 2000, len(text)
    assert "\n" not in text, text
    assert "Traceback" not in text, text


TARGETS = {"pictures": (mutated, read_picture), "models": (mutated_model, read_model)}


def seeds_of(target: str) -> list[bytes]:
    """Files to mutate: those of the repository, in order."""
    return [path.read_bytes() for path in sorted((SEEDS / target).iterdir())]


def case_bytes(target: str, number: int, seed: int, seeds: list[bytes]) -> tuple[bytes, random.Random]:
    """The bytes of a case, and the random numbers that go on from there."""
    rng = random.Random(f"{seed} {target} {number}")
    data = TARGETS[target][0](rng.choice(seeds), seeds, rng)
    if data.startswith(b"\x89PNG") and rng.random() < 0.7:
        data = with_right_checksums(data)
    return data, rng


def run_cases(target: str, first: int, count: int, seed: int, seeds: list[bytes]) -> tuple[dict[str, int], list[str]]:
    """Try cases one after another: how they ended, and what was wrong."""
    warnings.simplefilter("ignore")
    ends: Counter[str] = Counter()
    wrong = []
    for number in range(first, first + count):
        data, rng = case_bytes(target, number, seed, seeds)
        start = time.process_time()
        try:
            ends[TARGETS[target][1](data, rng)] += 1
        except Exception as error:
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place is not None else ""
            wrong.append(f"{target} {number}: {type(error).__name__} at {where}: {' '.join(str(error).split())[:300]}")
        took = time.process_time() - start
        if took > SLOW:
            wrong.append(f"{target} {number}: took {took:.1f} s of CPU time")
    return dict(ends), wrong


def main() -> int:
    """Fuzz for as long as asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--models-share", type=float, default=0.2, help="share of the batches that are model files")
    options.add_argument("--found", type=Path, help="folder to write what is found to")
    options.add_argument("--case", nargs=2, metavar=("TARGET", "NUMBER"), help="try one case in this process")
    given = options.parse_args()
    seeds = {target: seeds_of(target) for target in TARGETS}
    if given.case:
        target, number = given.case[0], int(given.case[1])
        data, rng = case_bytes(target, number, given.seed, seeds[target])
        Path(f"{target}-{number}").write_bytes(data)
        print(TARGETS[target][1](data, rng))
        return 0
    found = fuzz(given, seeds)
    for line in found:
        print(line)
    return int(bool(found))


def fuzz(given: argparse.Namespace, seeds: dict[str, list[bytes]]) -> list[str]:
    """Run batches until the time is over; returns what was wrong."""
    workers = Workers(1, Limits(seconds=600, megabytes=MEGABYTES))
    end, choose = time.monotonic() + 60 * given.minutes, random.Random(given.seed)
    next_case = dict.fromkeys(TARGETS, 0)
    ends: dict[str, Counter[str]] = {target: Counter() for target in TARGETS}
    found: list[str] = []
    try:
        while time.monotonic() < end:
            target = "models" if choose.random() < given.models_share else "pictures"
            first = next_case[target]
            next_case[target] += BATCH
            told, wrong = _batch(workers, target, first, given.seed, seeds[target])
            ends[target].update(told)
            found += wrong
            for line in wrong:
                print(line, flush=True)
                if given.found is not None:
                    given.found.mkdir(parents=True, exist_ok=True)
                    number = int(line.split(":")[0].split()[1])
                    data = case_bytes(target, number, given.seed, seeds[target])[0]
                    (given.found / f"{target}-{given.seed}-{number}").write_bytes(data)
    finally:
        workers.close()
    for target, count in ends.items():
        how = ", ".join(f"{end} {number:,}" for end, number in sorted(count.items()))
        print(f"{next_case[target]:,} {target}: {how or 'none'}")
    print(f"{len(found)} findings in {sum(next_case.values()):,} cases, seed {given.seed}")
    return found


def _batch(workers: Workers, target: str, first: int, seed: int, seeds: list[bytes]) -> tuple[dict[str, int], list[str]]:
    """Cases in one call; after a crash or a hang, one call each."""
    try:
        told: tuple[dict[str, int], list[str]] = workers.submit(run_cases, target, first, BATCH, seed, seeds).result()
        return told
    except WorkerLost:
        ends: Counter[str] = Counter()
        wrong: list[str] = []
        for number in range(first, first + BATCH):
            try:
                some, more = workers.submit(run_cases, target, number, 1, seed, seeds).result()
                ends.update(some)
                wrong += more
            except WorkerLost as lost:
                wrong.append(f"{target} {number}: {lost}")
        return dict(ends), wrong


if __name__ == "__main__":
    sys.exit(main())
