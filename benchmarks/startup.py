"""How long a person waits: ``iaa-classic --help``, and a warm ``score`` of one photograph, as whole processes.

python benchmarks/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from rated_photographs import environment, parser

from iaa_classic.cli.scoring import shipped_photographs

REPEATS = 7


def seconds(*arguments: str) -> list[float]:
    """Wall time of a command, several times, after one run that is not counted."""
    command = [str(Path(sys.executable).with_name("iaa-classic")), *arguments]
    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return times[1:]


def main() -> None:
    """Print the figures."""
    parser(__doc__).parse_args()
    print(environment())
    photo = str(next(path for path in shipped_photographs() if path.name == "chelsea.png"))
    for arguments in (("--help",), ("score", photo), ("explain", photo)):
        times = seconds(*arguments)
        name = " ".join(("iaa-classic", arguments[0], *("PHOTO" for _ in arguments[1:])))
        print(f"{name}: median {statistics.median(times):.2f} s, {min(times):.2f} to {max(times):.2f} s over {REPEATS} runs")


if __name__ == "__main__":
    main()
