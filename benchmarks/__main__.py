"""Every benchmark, one after another: ``python benchmarks`` (it takes some hours the first time).

The default model is not fitted again; ``python benchmarks/fit_default_model.py`` does that.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

for name in (
    "speed.py",
    "accuracy.py",
    "content.py",
    "personal.py",
    "robustness.py",
    "critique.py",
    "suggestions.py",
    "regions.py",
    "fidelity.py",
    "redundancy.py",
    "agreement.py",
    "report.py",
    "shoot.py",
    "robust.py",
):
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name(name)), *sys.argv[1:]], check=True)
