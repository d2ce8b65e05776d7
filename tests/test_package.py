"""The package as it is installed: what importing costs, what it holds, what the README promises."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

import iaa_classic

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numpy", "cv2", "numba", "sklearn", "pandas", "scipy", "skops", "shap")


def modules_after(code: str) -> set[str]:
    """Names of all modules that are loaded after running ``code`` in a new interpreter."""
    command = f"import sys; {code}; print(chr(10).join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert not modules_after("import iaa_classic") & set(HEAVY)


def test_help_loads_nothing_heavy():
    code = "import io, contextlib; from iaa_classic.cli.main import app; from typer.testing import CliRunner; "
    code += "assert CliRunner().invoke(app, ['--help']).exit_code == 0"
    assert not modules_after(code) & set(HEAVY)


def test_public_names_can_be_imported():
    for name in iaa_classic.__all__:
        assert getattr(iaa_classic, name) is not None
        assert name in dir(iaa_classic)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = iaa_classic.nonsense


def test_version_and_licence():
    metadata = importlib.metadata.metadata("iaa-classic")
    assert metadata["Version"] == iaa_classic.__version__
    assert "MIT" in (metadata.get("License-Expression") or metadata.get("License") or "")


def test_features_are_installed_inside_the_package():
    from iaa_classic import features

    assert features.__name__ == "iaa_classic.features"
    stray = subprocess.run([sys.executable, "-P", "-c", "import features"], capture_output=True, text=True, cwd="/")
    assert "No module named 'features'" in stray.stderr


def test_typed():
    package = Path(iaa_classic.__file__).parent
    assert (package / "py.typed").is_file()


def test_no_pickle_is_loaded():
    package = Path(iaa_classic.__file__).parent
    for path in package.rglob("*.py"):
        assert not re.search(r"\bpickle\.loads?\(|joblib\.load\(|allow_pickle=True", path.read_text()), path


def test_continuous_integration_runs_the_command_of_the_readme():
    commands = re.findall(r"^python -m pip install .*$", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("&& iaa-classic demo")
    assert commands[1].endswith("python -P -m pytest -n auto")
    assert commands[1] in (ROOT / ".ci" / "run").read_text()
