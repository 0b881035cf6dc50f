"""Composite indices held to public libraries: one common factor by scikit-learn's maximum likelihood, the first principal
component by numpy's singular values, weighted z-scores by numpy.

    composites.py PROGRAM

Runs PROGRAM on England's built-in data with a formula of its own. Exit 0 if every score agrees, 1 if one does not. The
libraries live in a virtual environment, ${NEEDSHARE_COMPOSITES_VENV:-target/ci-composites-venv}, made on the first run."""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import run_where_installed

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ["numpy==2.3.4", "scikit-learn==1.7.2"]
COLUMNS = ["income_score", "employment_score", "health_score", "education_score", "crime_score"]
FORMULA = f"""
title = "Composites"
summary = "Composite indices."
kind = "illustrative"
dataset = "england-2024"
[[indicator]]
name = "one factor"
factor = {COLUMNS!r}
[[indicator]]
name = "component"
principal_component = {COLUMNS!r}
[[indicator]]
name = "weighted z"
z_score = {{ of = "income_score", weight = "pop_2023" }}
[allocation]
quantum = 1000
need = "pop_2023"
""".replace("'", '"')


def main():
    program = Path(sys.argv[1]).resolve()
    run_where_installed("NEEDSHARE_COMPOSITES_VENV", "target/ci-composites-venv", REQUIREMENTS)
    import numpy
    from sklearn.decomposition import FactorAnalysis

    with tempfile.TemporaryDirectory() as folder:
        formula = Path(folder) / "composites.toml"
        formula.write_text(FORMULA, encoding="utf-8")
        out = Path(folder) / "out"
        subprocess.run([program, "allocate", formula, "--out", out, "--quiet"], check=True)
        found = {}
        with open(out / "indicators.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["name"], []).append(float(row["value"]))
    x = numpy.array([found[name] for name in COLUMNS]).T
    z = (x - x.mean(0)) / x.std(0)

    def scaled(score):
        score = (score - score.mean()) / score.std()
        return score * numpy.sign(numpy.corrcoef(score, z[:, 0])[0, 1])

    analysis = FactorAnalysis(n_components=1, svd_method="lapack", tol=1e-14, max_iter=100_000).fit(z)
    left, singular, _ = numpy.linalg.svd(z, full_matrices=False)
    people = numpy.array(found["pop_2023"])
    income = x[:, 0]
    mean = numpy.average(income, weights=people)
    spread = numpy.sqrt(numpy.average((income - mean) ** 2, weights=people))
    # scikit-learn stops when its likelihood settles, which leaves six digits of a score.
    expected = {
        "one factor": (scaled(analysis.transform(z)[:, 0]), 1e-6),
        "component": (scaled(left[:, 0] * singular[0]), 1e-10),
        "weighted z": ((income - mean) / spread, 1e-10),
    }
    faults = 0
    for name, (values, within) in expected.items():
        apart = numpy.abs(numpy.array(found[name]) - values).max()
        print(f"{name}: {len(values)} scores, greatest difference {apart:.1e}")
        faults += apart > within
    sys.exit(1 if faults else 0)


main()
