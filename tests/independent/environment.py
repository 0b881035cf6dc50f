"""A virtual environment for scripts whose libraries a new machine lacks."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_where_installed(variable, default, requirements):
    """Runs the calling script again where its libraries are: in the folder that an environment variable names, or in a
    default one below the repository, made on the first run."""
    folder = Path(os.environ.get(variable, ROOT / default))
    python = folder / "bin/python"
    if Path(sys.prefix).resolve() == folder.resolve():
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, *requirements], check=True, stdin=subprocess.DEVNULL)
    os.execv(python, [str(python), *sys.argv])
