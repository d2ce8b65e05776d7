"""A small made-up shoot whose truth is known, a JPEG with EXIF of every kind, and tiny raw files."""

from __future__ import annotations

import io
import struct
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from iaa_classic.shoot.frames import look_at_frames
from iaa_classic.shoot.grouping import group_frames
from iaa_classic.shoot.rehearsal import Rehearsal


def reduced(rgb: np.ndarray, side: int = 512) -> np.ndarray:
    scale = side / max(rgb.shape[:2])
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb


@pytest.fixture(scope="session")
def rehearsed(photographs, tmp_path_factory):
    """Bursts, a bracket, a focus stack, a panorama and single frames of package-shipped photographs, looked at and grouped."""
    folder = tmp_path_factory.mktemp("made-up")
    shoot = Rehearsal(folder, seed=11)
    small = {name: reduced(rgb, 480) for name, rgb in photographs.items()}
    shoot.burst(small["china"])
    shoot.bracket(small["coffee"])
    shoot.focus_stack(small["china"][:, ::-1].copy(), 4)
    shoot.single(small["rocket"])
    shoot.burst(small["flower"], ("defocus", "overexposed", "underexposed"))
    shoot.panorama(small["coffee"][:, ::-1].copy())
    shoot.burst(small["chelsea"], ("motion", "blink"))
    shoot.burst(small["astronaut"], ("defocus",))
    frames = list(look_at_frames([str(shot.path) for shot in shoot.shots]))
    return SimpleNamespace(folder=folder, shots=shoot.shots, frames=frames, groups=group_frames(frames))


@pytest.fixture(scope="session")
def dng():
    """Make a minimal DNG: the first directory is a JPEG preview, its sub-directory uncompressed sensor data."""
    return _dng


def _dng(preview: Image.Image, orientation: int = 1) -> bytes:
    side, buffer = 64, io.BytesIO()
    preview.save(buffer, "JPEG", quality=90)
    jpeg = buffer.getvalue()
    jpeg += b"\0" * (len(jpeg) % 2)
    sensor = np.random.default_rng(0).integers(100, 4000, (side, side), dtype=np.uint16).astype("<u2").tobytes()
    matrix = [(1, 1), (0, 1), (0, 1), (0, 1), (1, 1), (0, 1), (0, 1), (0, 1), (1, 1)]

    def built(at_jpeg: int, at_sensor: int, at_sub: int, at_exif: int) -> tuple[bytes, bytes, bytes]:
        first = [(254, 4, [1]), (256, 4, [preview.width]), (257, 4, [preview.height]), (258, 3, [8, 8, 8]), (259, 3, [7])]
        first += [(262, 3, [6]), (271, 2, "Rehearsal"), (272, 2, "Raw One"), (273, 4, [at_jpeg]), (274, 3, [orientation])]
        first += [(277, 3, [3]), (278, 4, [preview.height]), (279, 4, [len(jpeg)]), (284, 3, [1]), (330, 4, [at_sub])]
        first += [(34665, 4, [at_exif]), (50706, 1, [1, 4, 0, 0]), (50708, 2, "Rehearsal Raw One"), (50721, 10, matrix)]
        first += [(50728, 5, [(1, 1)] * 3), (50778, 3, [21])]
        sub = [(254, 4, [0]), (256, 4, [side]), (257, 4, [side]), (258, 3, [16]), (259, 3, [1]), (262, 3, [32803])]
        sub += [(273, 4, [at_sensor]), (277, 3, [1]), (278, 4, [side]), (279, 4, [len(sensor)]), (284, 3, [1])]
        sub += [(33421, 3, [2, 2]), (33422, 1, [0, 1, 1, 2]), (50717, 4, [4095])]
        exif = [(0x9003, 2, "2024:05:04 10:00:00"), (0x9204, 10, [(-1, 1)])]
        return _directory(first, 8), _directory(sub, at_sub), _directory(exif, at_exif)

    sizes = [len(part) for part in built(0, 0, 0, 0)]
    at_sub = 8 + sizes[0]
    at_exif = at_sub + sizes[1]
    at_jpeg = at_exif + sizes[2]
    return b"II*\0\x08\0\0\0" + b"".join(built(at_jpeg, at_jpeg + len(jpeg), at_sub, at_exif)) + jpeg + sensor


def _directory(entries, at: int) -> bytes:
    body, extra = struct.pack("<H", len(entries)), b""
    base = at + 2 + 12 * len(entries) + 4
    for tag, kind, values in sorted(entries):
        if kind == 2:
            data = values.encode() + b"\0"
            count = len(data)
        elif kind in (5, 10):
            data, count = b"".join(struct.pack("<ii", *value) for value in values), len(values)
        else:
            data, count = struct.pack(f"<{len(values)}{ {1: 'B', 3: 'H', 4: 'I'}[kind] }", *values), len(values)
        if len(data) > 4:
            place = base + len(extra)
            extra += data + b"\0" * (len(data) % 2)
            data = struct.pack("<I", place)
        body += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
    return body + b"\0\0\0\0" + extra
