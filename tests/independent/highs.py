#!/usr/bin/env python3
"""Solves a linear program that `needshare --export-lp` wrote, with HiGHS, and holds its optimum to an expected one.

    python3 tests/independent/highs.py FILE.lp|FILE.mps EXPECTED

EXPECTED is the objective as the file states it; the two must agree to one part in 10^9. Prints both. Exit codes: 0 they
agree; 1 they do not, or the file has no optimum; 2 usage. Where highspy is not installed, a virtual environment with it is
made once in target/highs-venv.
"""
import argparse
import math
import os
import subprocess
import sys
from pathlib import Path

PINNED = "highspy==1.15.1"
RELATIVE = 1e-9


def in_own_environment():
    """Runs this script again where highspy is."""
    venv = Path(__file__).resolve().parents[2] / "target/highs-venv"
    python = venv / "bin/python"
    if sys.prefix == str(venv):
        raise SystemExit(f"{PINNED} does not work in target/highs-venv: delete the folder and run again")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", PINNED]
    subprocess.run(pip, check=True, stdin=subprocess.DEVNULL)
    os.execv(python, [str(python), *sys.argv])


def main():
    parser = argparse.ArgumentParser(description="A linear program's optimum by HiGHS, against an expected one.")
    parser.add_argument("file")
    parser.add_argument("expected", type=float)
    options = parser.parse_args()
    file, expected = options.file, options.expected
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    if not Path(file).is_file() or h.readModel(file) == highspy.HighsStatus.kError:
        raise SystemExit(f"{file}: HiGHS cannot read it")
    if h.getNumCol() == 0:
        raise SystemExit(f"{file}: no variables: nothing to check")
    h.run()
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise SystemExit(f"{file}: no optimum: {h.modelStatusToString(h.getModelStatus())}")
    objective = h.getObjectiveValue()
    agree = math.isclose(objective, expected, rel_tol=RELATIVE, abs_tol=RELATIVE)
    print(
        f"{file}: {h.getNumCol()} variables, {h.getNumRow()} rows, optimum {objective!r}, "
        f"expected {expected!r}: {'they agree' if agree else 'they DIFFER'}"
    )
    return 0 if agree else 1


if __name__ == "__main__":
    try:
        import highspy
    except ModuleNotFoundError:
        in_own_environment()
    sys.exit(main())
