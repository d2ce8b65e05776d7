"""Photographs stay where they are: no connection is opened, no copy is left behind, no private metadata is told."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

SECRETS = ("SerialNumber-4711", "Jane Owner", "53.5511")

RUN = """
import os, socket, sys, threading, time

def refused(*arguments, **options):
    print("CONNECTED", arguments, flush=True)
    raise OSError("no network in this test")

real = socket.socket.connect
def connect(self, address):
    if self.family != getattr(socket, "AF_UNIX", None):
        refused(address)
    return real(self, address)

socket.socket.connect = connect
socket.socket.connect_ex = refused
socket.getaddrinfo = refused
socket.create_connection = refused

seen = set()
def watch(folders):
    while True:
        for folder in folders:
            for root, _, names in os.walk(folder):
                seen.update(os.path.join(root, name) for name in names)
        time.sleep(0.002)

folder, output, temporary = sys.argv[1:4]
threading.Thread(target=watch, args=([temporary],), daemon=True).start()
from iaa_classic.cli.main import app
for arguments in (
    ["extract", folder, "--output", output + ".csv", "--jobs", "2", "--features", "fast"],
    ["score", folder, "--output", output + ".json"],
    ["explain", os.path.join(folder, "0.jpg"), "--json"],
):
    try:
        app(arguments)
    except SystemExit as ended:
        assert not ended.code, ended
pictures = [path for path in seen if open(path, "rb").read(3) == b"\\xff\\xd8\\xff" if os.path.isfile(path)]
print("SEEN", sorted(pictures), flush=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Photographs whose metadata hold what nobody else should see."""
    root = tmp_path_factory.mktemp("private") / "in"
    root.mkdir()
    exif = Image.Exif()
    exif[0xA431] = SECRETS[0]
    exif[0x010F] = "Maker"
    exif[0xA430] = SECRETS[1]
    exif[0x8825] = {1: "N", 2: (53.0, 33.0, 4.0), 18: SECRETS[2]}
    random = np.random.default_rng(0)
    for number in range(4):
        pixels = random.integers(0, 256, (60, 80, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / f"{number}.jpg", exif=exif, comment=SECRETS[1].encode())
    return root


def test_the_main_job_opens_no_connection_and_leaves_no_copy(folder, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    variables = {"TMPDIR": str(temporary), "TEMP": str(temporary), "IAA_CLASSIC_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-P", "-c", RUN, folder, tmp_path / "out", temporary]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "CONNECTED" not in done.stdout
    assert done.stdout.rstrip().endswith("SEEN []")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    left = [path for path in temporary.rglob("*") if path.is_file()]
    assert left == []
    written = [tmp_path / "out.csv", tmp_path / "out.json", *(tmp_path / "cache").rglob("*")]
    told = [done.stdout.encode(), done.stderr.encode(), *(path.read_bytes() for path in written if path.is_file())]
    for secret in SECRETS:
        assert not [text for text in told if secret.encode() in text]


def test_the_main_job_runs_where_there_is_no_network(folder, tmp_path):
    """In a network namespace of its own, where one can be had."""
    unshare = ["unshare", "--net", "--map-root-user"]
    try:
        subprocess.run([*unshare, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no network namespaces here")
    program = [sys.executable, "-P", "-m", "iaa_classic.cli.main", "extract", folder, "--features", "lighting", "--jobs", "2"]
    done = subprocess.run([*unshare, *program, "--output", tmp_path / "t.csv"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
