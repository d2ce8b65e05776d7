"""Every benchmark, one after another: ``python benchmarks`` (it takes some forty minutes the first time).

The default model is not fitted again; ``python benchmarks/fit_default_model.py`` does that.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

for name in ("startup.py", "speed.py", "accuracy.py", "robustness.py", "fidelity.py", "redundancy.py", "agreement.py"):
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name(name)), *sys.argv[1:]], check=True)
