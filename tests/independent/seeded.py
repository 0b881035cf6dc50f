#!/usr/bin/env python3
"""The seeded problem of 33,000 areas, run and checked.

    python3 tests/independent/seeded.py target/release/needshare

Writes the instance, table and formula file, with benches/make_instances.py (default seed), runs the program on it, and
recomputes from areas.csv, budget.json and allocation.csv alone: whole pounds, the quantum, every floor and ceiling, every
region's band, and the weighted distance from target, which must be the £9,163.367592m that six linear programming stacks
reach. Standard library only. Exit 1 with a message if anything is off.
"""
import csv
import json
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWN_OBJECTIVE_GBP_M = "9163.367592"


def main():
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        subprocess.run([sys.executable, ROOT / "benches/make_instances.py", "--out", scratch, "--n", "33000"], check=True)
        folder = scratch / "n33000"
        budget = json.loads((folder / "budget.json").read_text())
        subprocess.run(
            [program, "allocate", "./formula.toml", "--out", "out", "--quiet"], cwd=folder, check=True, stdin=subprocess.DEVNULL
        )
        areas = {r["code"]: r for r in csv.DictReader(open(folder / "areas.csv"))}
        amounts = {r["code"]: int(r["amount_gbp"]) for r in csv.DictReader(open(folder / "out/allocation.csv"))}

    faults = []
    if set(areas) != set(amounts):
        faults.append("the codes differ")
    if sum(amounts.values()) != budget["budget"]:
        faults.append("the amounts do not add up to the quantum")
    regions, objective = {}, Decimal(0)
    for code, area in areas.items():
        amount = amounts[code]
        if not int(area["floor"]) <= amount <= int(area["cap"]):
            faults.append(f"{code}: {amount} is not between {area['floor']} and {area['cap']}")
        regions[area["region"]] = regions.get(area["region"], 0) + amount
        objective += (1 + Decimal(area["deprivation"])) * abs(amount - int(area["need_target"]))
    band = Decimal(str(budget["region_band"]))
    for region, reference in budget["region_reference"].items():
        if not (1 - band) * reference <= regions[region] <= (1 + band) * reference:
            faults.append(f"{region}: {regions[region]} is beyond its band")
    reached = f"{objective / 10**6:.6f}"
    if reached != KNOWN_OBJECTIVE_GBP_M:
        faults.append(f"£{reached}m is not the known least of £{KNOWN_OBJECTIVE_GBP_M}m")
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    print(f"compared {len(amounts)} areas: weighted distance from target £{reached}m, {len(faults)} faults")
    sys.exit(1 if faults or len(amounts) != 33000 else 0)


if __name__ == "__main__":
    main()
