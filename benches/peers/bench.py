#!/usr/bin/env python3
"""Times needshare and general stacks on the same instances, whole processes one after another, in one run.

    benches/peers/run [--n 153 --n 1530 --n 33000] [--repeats K] [--stacks A,B] [--crossing-stacks A,B] [--seed S]

The bash script makes the environment and calls this file (standard library only). Rounds are interleaved: each round runs
every program once, so that whatever else the machine does falls on all alike. Wall time, CPU (user + system) and peak
memory are the child's own, from wait4, its children included. Objectives and breaches are recomputed here from the
CSV that each program wrote, exactly. Results: target/peers-results/results.json and results.md.
"""
import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STACKS = (
    "highspy,highspy-ipm,highspy-compact,highspy-compact-ipm,scipy,scipy-compact,clarabel-compact,cvxpy-clarabel,"
    "cvxpy-highs,pulp-highs,pulp-cbc,pyomo-highs,linopy-highs,linopy-highs-file,ortools-glop,ortools-pdlp,numpy-greedy"
)
CROSSING_STACKS = "highspy,highspy-ipm,highspy-compact,highspy-compact-ipm,clarabel-compact"
OURS = "needshare"
KINDS = {
    "regions": "bands for regions",
    "crossing": "bands for regions and for classes, which cross",
}


def timed(command, timeout, log):
    """A command's wall s, CPU s, peak MiB and exit code (None: not finished in time)."""
    launcher = [sys.executable, "-ISE", ROOT / "benches/peers/timed.py", str(timeout), log]
    return json.loads(subprocess.run([*launcher, *command], capture_output=True, text=True, check=True).stdout)


def said(log):
    """The last words of a process that failed, without folders."""
    lines = [line.strip() for line in Path(log).read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error")] or lines[-1:]
    return errors[0].split(": /")[0] if errors else ""


def judge(folder, kind, table):
    """Objective in millions of pounds and the largest breach in pounds, exactly, from a written table of amounts."""
    with open(table) as file:
        amounts = {row["code"]: Fraction(row["amount_gbp"]) for row in csv.DictReader(file)}
    with open(folder / ("areas_crossing.csv" if kind == "crossing" else "areas.csv")) as file:
        areas = list(csv.DictReader(file))
    budget = json.loads((folder / "budget.json").read_text())
    families = [("region", budget["region_band"], budget["region_reference"])]
    if kind == "crossing":
        classes = json.loads((folder / "crossing.json").read_text())
        families.append(("class", classes["class_band"], classes["class_reference"]))
    if amounts.keys() != {area["code"] for area in areas}:
        raise SystemExit(f"{table}: other codes than the instance has")
    breach = abs(sum(amounts.values()) - budget["budget"])
    objective = Fraction(0)
    for area in areas:
        amount = amounts[area["code"]]
        objective += (1 + Fraction(area["deprivation"])) * abs(amount - int(area["need_target"]))
        breach = max(breach, int(area["floor"]) - amount, amount - int(area["cap"]))
    for column, band, reference in families:
        band = Fraction(str(band))
        totals = dict.fromkeys(reference, Fraction(0))
        for area in areas:
            totals[area[column]] += amounts[area["code"]]
        for group, of in reference.items():
            breach = max(breach, (1 - band) * of - totals[group], totals[group] - (1 + band) * of)
    return float(objective / 10**6), float(breach)


def race(program, python, folder, kind, stacks, repeats, timeout, scratch):
    """Rounds of every program; gives {name: {"runs": […], "table": path, "failed": words}}."""
    formula = folder / ("formula_crossing.toml" if kind == "crossing" else "formula.toml")
    commands, tables = {}, {}
    for name in [OURS, *stacks]:
        out = scratch / f"{kind}-{folder.name}-{name}"
        if name == OURS:
            commands[name] = [program, "allocate", str(formula), "--out", str(out), "--quiet"]
            tables[name] = out / "allocation.csv"
        else:
            tables[name] = out.with_suffix(".csv")
            script = str(ROOT / "benches/peers/stacks.py")
            commands[name] = [python, script, name, str(folder), str(tables[name])] + ([kind] if kind == "crossing" else [])
    results = {name: {"runs": [], "table": tables[name], "failed": None} for name in commands}
    for number in range(repeats):
        for name, command in commands.items():
            result = results[name]
            if result["failed"]:
                continue
            shutil.rmtree(scratch / f"{kind}-{folder.name}-{name}", ignore_errors=True)
            log = scratch / "stderr.txt"
            run = timed(command, timeout, log)
            run["load"] = os.getloadavg()[0]
            if run["exit"] is None:
                result["failed"] = f"not finished in {timeout} s"
            elif run["exit"] != 0:
                result["failed"] = f"exit {run['exit']}: {said(log)}"
            result["runs"].append(run)
            print(
                f"{kind} n={folder.name[1:]} round {number + 1}/{repeats} {name:20} wall {run['wall_s']:8.3f} s  "
                f"CPU {run['cpu_s']:8.3f} s  {run['peak_mib']:6.0f} MiB  {result['failed'] or ''}",
                file=sys.stderr,
            )
    return results


def summarise(results, folder, kind):
    rows = []
    for name, result in results.items():
        row = {"stack": name, "runs": result["runs"], "failed": result["failed"]}
        if not result["failed"]:
            for key in ("wall_s", "cpu_s", "peak_mib"):
                row[key] = statistics.median(run[key] for run in result["runs"])
            row["objective_gbp_m"], row["breach_gbp"] = judge(folder, kind, result["table"])
        rows.append(row)
    ours = rows[0]
    for row in rows:
        for key in ("wall_s", "cpu_s", "peak_mib"):
            both = key in row and key in ours
            row[f"{key}_ratio"] = row[key] / ours[key] if both else None
    return [ours, *sorted(rows[1:], key=lambda row: row.get("cpu_s", float("inf")))]


def times(ratio):
    if ratio is None:
        return "–"
    return f"{ratio:,.0f}×" if ratio >= 9.95 else f"{ratio:.2g}×"


def seconds(value):
    return f"{value:.3f}" if value < 9.995 else f"{value:.1f}"


def pounds(value):
    return "0" if value == 0 else f"{value:.1g}" if value < 1 else f"{value:,.0f}"


def markdown(document):
    about = document["about"]
    lines = [
        "# needshare beside general stacks",
        "",
        f"{about['when']}: {about['cpus']} CPUs ({about['cpu']}), Python {about['python']}; "
        f"one process at a time, rounds interleaved; medians. CPU is user + system seconds. "
        f"Peak memory has a floor of {about['floor_mib']:.0f} MiB (a program that does nothing). "
        f"Ratios are to needshare in the same rounds; breaches in pounds.",
        "",
        ", ".join(f"{name} {version}" for name, version in about["versions"].items()) + ".",
    ]
    for race_ in document["races"]:
        rows = race_["rows"]
        rounds = max(len(row["runs"]) for row in rows)
        lines += [
            "",
            f"## {race_['n']:,} areas, {KINDS[race_['kind']]}",
            "",
            f"{rounds} rounds, load average {race_['load'][0]:.1f} to {race_['load'][1]:.1f}.",
            "",
            "| program | wall s | CPU s | peak MiB | × wall | × CPU | × memory | objective £m | largest breach £ |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for row in rows:
            if row["failed"]:
                lines.append(f"| {row['stack']} | {row['failed']} | | | | | | | |")
                continue
            lines.append(
                f"| {row['stack']} | {seconds(row['wall_s'])} | {seconds(row['cpu_s'])} | {row['peak_mib']:.0f} "
                f"| {times(row['wall_s_ratio'])} | {times(row['cpu_s_ratio'])} | {times(row['peak_mib_ratio'])} "
                f"| {row['objective_gbp_m']:.6f} | {pounds(row['breach_gbp'])} |"
            )
    return "\n".join(lines) + "\n"


def about(python, floor):
    listed = subprocess.run([python, "-m", "pip", "list", "--format", "json"], capture_output=True, text=True, check=True)
    wanted = "numpy scipy pandas highspy clarabel cvxpy pulp pyomo linopy ortools".split()
    installed = {p["name"].lower(): p["version"] for p in json.loads(listed.stdout)}
    cpu = "unknown"
    if Path("/proc/cpuinfo").exists():
        names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
        cpu = names[0] if names else cpu
    return {
        "when": time.strftime("%Y-%m-%d"),
        "cpus": os.cpu_count(),
        "cpu": cpu,
        "python": sys.version.split()[0],
        "floor_mib": floor,
        "versions": {name: installed[name] for name in wanted if name in installed},
    }


def main():
    parser = argparse.ArgumentParser(description="needshare beside general optimisation stacks, in one run.")
    parser.add_argument("--program", required=True, help="the release binary")
    parser.add_argument("--python", required=True, help="the Python that has the stacks")
    parser.add_argument("--n", type=int, action="append", help="areas (repeatable); default 153, 1530 and 33000")
    parser.add_argument("--repeats", type=int, help="rounds; default 9, and 3 for more than 10,000 areas")
    parser.add_argument("--stacks", default=STACKS, help="joined by commas; empty for none")
    parser.add_argument("--crossing-stacks", default=CROSSING_STACKS, help="joined by commas; empty for none")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--timeout", type=int, default=300, help="seconds for one process")
    options = parser.parse_args()
    results = ROOT / "target/peers-results"
    scratch = results / "work"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    sizes = options.n or [153, 1530, 33000]
    program, python = os.path.abspath(options.program), os.path.abspath(options.python)
    subprocess.run(
        [sys.executable, ROOT / "benches/make_instances.py", "--out", scratch / "inst", "--seed", str(options.seed)]
        + [word for n in sizes for word in ("--n", str(n))],
        check=True,
    )
    stacks = {
        "regions": [s for s in options.stacks.split(",") if s],
        "crossing": [s for s in options.crossing_stacks.split(",") if s],
    }
    installed = about(python, timed([shutil.which("true")], 10, scratch / "stderr.txt")["peak_mib"])
    if "ortools" not in installed["versions"]:
        stacks["regions"] = [s for s in stacks["regions"] if not s.startswith("ortools")]

    # One round at a small size that does not count: files are read from the disk once.
    warm = scratch / "inst" / f"n{min(sizes)}"
    race(program, python, warm, "regions", sorted({*stacks["regions"], *stacks["crossing"]}), 1, options.timeout, scratch)
    raced = []
    for n in sizes:
        folder, rounds = scratch / "inst" / f"n{n}", options.repeats or (9 if n <= 10000 else 3)
        for kind in KINDS:
            raced.append((n, kind, race(program, python, folder, kind, stacks[kind], rounds, options.timeout, scratch)))
    document = {"about": {**installed, "seed": options.seed}, "races": []}
    for n, kind, result in raced:
        loads = [run["load"] for entry in result.values() for run in entry["runs"]]
        rows = summarise(result, scratch / "inst" / f"n{n}", kind)
        document["races"].append({"n": n, "kind": kind, "load": [min(loads), max(loads)], "rows": rows})
    (results / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    (results / "results.md").write_text(markdown(document))
    print(markdown(document))


if __name__ == "__main__":
    main()
