"""Print the oldest supported version of every dependency in setup.cfg, as pip takes it: name==version.

With names of extras, those of the extras too: ``python .ci/minima.py parquet heif``.
"""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import Path


def minima(extras: list[str]) -> list[str]:
    """Pins, one per requirement that names a lowest version."""
    config = configparser.ConfigParser()
    config.read(Path(__file__).resolve().parent.parent / "setup.cfg", encoding="utf-8")
    wanted = [config["options"]["install_requires"], *(config["options.extras_require"][extra] for extra in extras)]
    lines = [line.strip() for block in wanted for line in block.splitlines()]
    found = (re.match(r"([A-Za-z0-9_.-]+(?:\[[a-z,]+\])?)>=([0-9.]+)", line) for line in lines)
    return [f"{match[1]}=={match[2]}{'.*' if match[2].count('.') < 2 else ''}" for match in found if match]


if __name__ == "__main__":
    print("\n".join(minima(sys.argv[1:])))
