"""Measures of the league table and sums of explanations held to public libraries: rank correlations by scipy, slopes by
statsmodels' weighted least squares, Gini and concentration by scipy's trapezoid rule over curves made here and by PySAL's
inequality, everything from the run's own tables and none of the program's code.

    measures.py PROGRAM

Runs PROGRAM's benchmark on England's built-in data, by three yardsticks. Exit 0 if every value agrees to its
last printed digit, 1 if one does not. The libraries live in a virtual environment,
${NEEDSHARE_MEASURES_VENV:-target/ci-measures-venv}, made on the first run."""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import run_where_installed

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ["numpy==2.3.4", "scipy==1.16.3", "statsmodels==0.14.5", "pandas==2.3.3", "inequality==1.1.2"]
# Per head need is the same everywhere, so that slopes on it are none.
YARDSTICKS = ["social-care-by-need", "council-tax-base", "per-head"]
DECIMALS = {
    "per cent": 4,
    "ratio": 6,
    "GBP": 0,
    "authorities": 0,
    "people": 0,
    "GBP per resident": 2,
    "GBP per Band D dwelling": 2,
}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def need_measures(funding, need, own, people, deprivation, tax_base):
    """Every measure of funding beside need, by name; None where it is not defined."""
    import numpy as np
    import statsmodels.api as sm
    from inequality.gini import Gini
    from scipy.integrate import trapezoid
    from scipy.stats import spearmanr

    need = need * funding.sum() / need.sum()
    coverage = funding / need
    per_head, need_per_head = funding / people, need / people

    # What differs by rounding alone does not differ.
    alike = lambda x: np.ptp(x) <= 1e-9 * np.abs(x).max()

    def slope(x, y, weights):
        if alike(x):
            return None
        return sm.WLS(y, sm.add_constant(x), weights=weights).fit().params[1]

    def curve_index(key, weight, held):
        order = np.argsort(key, kind="stable")
        x = np.concatenate([[0], np.cumsum(weight[order]) / weight.sum()])
        y = np.concatenate([[0], np.cumsum(held[order]) / held.sum()])
        # Places of one key make one piece: only the last point of each run of them counts.
        keys = key[order]
        last = np.concatenate([[True], np.append(keys[1:] != keys[:-1], True)])
        return 1 - 2 * trapezoid(y[last], x[last])

    def rank(key, weight):
        values, inverse = np.unique(key, return_inverse=True)
        mass = np.bincount(inverse, weights=weight)
        return ((np.cumsum(mass) - mass / 2) / weight.sum())[inverse]

    def spearman(x, y):
        x, y = np.round(x, 2), y
        if np.ptp(x) == 0 or np.ptp(y) == 0:
            return None
        return spearmanr(x, y).statistic

    # The need-weighted Gini by mean absolute difference, as PySAL's is unweighted: for equal needs the two are one.
    pairs = np.abs(coverage[:, None] - coverage[None, :]) * need[:, None] * need[None, :]
    gini = pairs.sum() / (2 * need.sum() ** 2 * (coverage * need).sum() / need.sum())
    equal = np.ones_like(coverage)
    assert abs(curve_index(coverage, equal, coverage) - Gini(coverage).g) < 1e-9

    def tenths(key):
        order = np.lexsort((np.arange(len(key)), -key))
        groups = np.empty(len(key), dtype=int)
        groups[order] = np.arange(len(key)) * 10 // len(key)
        return groups

    by_deprivation, by_need = tenths(deprivation), tenths(need_per_head)
    most, least = ((funding[by_deprivation == g].sum() / people[by_deprivation == g].sum()) for g in (0, 9))
    if alike(need_per_head):
        by_need[:] = 0
    within = np.array([funding[by_need == g].sum() / need[by_need == g].sum() if (by_need == g).any() else 0 for g in range(10)])[by_need]
    spread = 100 * np.sqrt((need * (coverage - within) ** 2).sum() / need.sum())
    concentration = curve_index(deprivation, people, funding)
    of_need = curve_index(deprivation, people, need)
    positive = (funding > 0) & (need > 0)
    log = lambda x: np.log(x[positive])
    return {
        "within_5_per_cent_of_need": 100 * np.mean(np.abs(coverage - 1) <= 0.05),
        "misplaced_gbp": np.abs(funding - need).sum() / 2,
        "misplaced_per_cent": 100 * np.abs(funding - need).sum() / 2 / funding.sum(),
        "coverage_gini": gini,
        "lowest_coverage": coverage.min(),
        "spread_among_like": spread,
        "vertical_equity_elasticity": slope(log(need_per_head), log(per_head), people[positive]),
        "concentration_index_funding": concentration,
        "concentration_index_need": of_need,
        "kakwani_index": concentration - of_need,
        "slope_index_of_inequality": slope(rank(deprivation, people), coverage, people),
        "most_deprived_tenth_per_head_gbp": most,
        "least_deprived_tenth_per_head_gbp": least,
        "most_to_least_deprived_ratio": most / least,
        "rank_correlation_deprivation": spearman(per_head, deprivation),
        "rank_correlation_need": spearman(per_head, np.round(need_per_head, 2)),
        "tax_base_dependence": slope(np.log(tax_base / people)[positive], log(coverage), people[positive]),
        "own_resources_per_cent": 100 * own.sum() / funding.sum(),
    }


def baseline_measures(funding, baseline, people, tax_base, ranked):
    """Every measure of funding beside a baseline, by name."""
    import numpy as np

    change = funding - baseline
    with np.errstate(divide="ignore", invalid="ignore"):
        per_cent = np.where(baseline > 0, 100 * change / baseline, np.nan)
    wins = (change > 0) & (np.abs(change) * 100 > 0.5 * np.maximum(baseline, 0))
    loses = (change < 0) & (np.abs(change) * 100 > 0.5 * np.maximum(baseline, 0))
    largest = lambda by: max(0.0, -np.nanmin(by[ranked]))
    moved = np.ceil(np.abs(change).sum() / 2)
    return {
        "money_moved_gbp": moved,
        "turnover_per_cent": 100 * moved / baseline.sum(),
        "winners": wins.sum(),
        "losers": loses.sum(),
        "people_in_winning_areas": people[wins].sum(),
        "people_in_losing_areas": people[loses].sum(),
        "largest_loss_gbp": largest(change),
        "largest_loss_per_head_gbp": largest(change / people),
        "largest_loss_per_cent": largest(per_cent),
        "largest_loss_band_d_gbp": largest(change / tax_base),
    }


def check(program, folder, yardstick):
    import numpy as np

    out = Path(folder) / yardstick
    command = [program, "benchmark", "--yardstick", yardstick, "--charts", "none", "--quiet", "--out", out]
    subprocess.run(command, check=True)
    table = {row["code"]: row for row in rows(ROOT / "inputs/england-2024/authorities.csv")}
    codes = sorted(table)
    of_table = lambda column: np.array([float(table[code][column]) for code in codes])
    people, deprivation = of_table("pop_2023"), of_table("imd_2025_score")
    tax_base = of_table("ct_taxbase_2024_25")
    ranked = np.array([table[code]["left_out_of_rankings"].lower() != "true" for code in codes])
    results, needs = {}, {}
    for row in rows(out / "comparison.csv"):
        key = (row["formula"], row["baseline"])
        for column in ("funding_gbp", "baseline_gbp", "own_resources_gbp", "need_share"):
            results.setdefault(key, {}).setdefault(column, []).append(float(row[column]))
        needs.setdefault(row["formula"], {})[row["code"]] = float(row["need_share"])
    compared, faults = 0, 0
    expected = {}
    for row in rows(out / "measures.csv"):
        formula, baseline, by = row["formula"], row["baseline"], row["yardstick"]
        any_baseline = next(b for f, b in results if f == formula)
        result = {c: np.array(v) for c, v in results[formula, baseline or any_baseline].items()}
        if (formula, baseline, by) not in expected:
            if baseline:
                found = baseline_measures(result["funding_gbp"], result["baseline_gbp"], people, tax_base, ranked)
            else:
                need = np.array([needs[by][code] for code in codes])
                own = result["own_resources_gbp"]
                found = need_measures(result["funding_gbp"], need, own, people, deprivation, tax_base)
            expected[formula, baseline, by] = found
        value = expected[formula, baseline, by].get(row["measure"])
        printed = row["value"]
        compared += 1
        # Half of the last printed digit, and a hair for the sums' own rounding.
        within = 0.5001 * 10 ** -DECIMALS[row["unit"]]
        agrees = (printed == "") if value is None else (printed != "" and abs(float(printed) - float(value)) <= within)
        if not agrees:
            faults += 1
            print(f"{formula} by {by} {baseline} {row['measure']}: printed {printed}, expected {value}")
    print(f"{compared} values by {yardstick}, {faults} differ")
    assert compared > 400, compared
    return faults


def explained(program):
    """Explanations add up, read as anybody would: start and changes to each subtotal and total."""
    faults = 0
    for formula in ("social-care-by-need", "need-net-of-council-tax", "social-care-by-need-protected"):
        for authority in ("Kent", "Westminster", "Hartlepool", "Isles of Scilly", "Birmingham"):
            command = [program, "explain", formula, authority, "--format", "csv"]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            total = 0
            for row in csv.DictReader(text.splitlines()):
                if row["kind"] in ("start", "change"):
                    total += int(row["gbp"])
                elif int(row["gbp"]) != total:
                    faults += 1
                    print(f"{formula}, {authority}: {row['step']} is {row['gbp']}, the steps come to {total}")
    print(f"15 explanations, {faults} subtotals differ")
    return faults


def main():
    program = Path(sys.argv[1]).resolve()
    run_where_installed("NEEDSHARE_MEASURES_VENV", "target/ci-measures-venv", REQUIREMENTS)
    with tempfile.TemporaryDirectory() as folder:
        faults = sum(check(program, folder, yardstick) for yardstick in YARDSTICKS)
    faults += explained(program)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
