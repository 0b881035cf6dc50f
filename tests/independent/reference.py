#!/usr/bin/env python3
"""An independent reference for small formulas: what every amount must be, in exact fractions, with no code of the program.

    python3 tests/independent/reference.py FORMULA.toml                      exact amounts, as CSV
    python3 tests/independent/reference.py FORMULA.toml --against FILE.csv   an allocation.csv against them
    python3 tests/independent/reference.py --fuzz PROGRAM --count 1000 --seed 1 [--allow-refused] [--keep DIR]
                                                                             random formulas, run and compared
    python3 tests/independent/reference.py --self-check 200                  the reference against itself, by other means

It reads a formula file and its table and solves it by a sequence of exact linear programs over single authorities
(exact_lp.py): any groups, nested or crossing. A dozen authorities are a matter of milliseconds; level_up for the 153 of
benches/make_instances.py takes 25 s, with classes that cross the regions 54 s. Standard library of Python 3.11 only.

What is worked out, from the written rules alone:
  bounds        floor, ceiling, minimum_per_head and group_band, on amounts or on funding; lower ones rounded up and upper
                ones down to whole pounds; an amount is never below zero, nor a ceiling
  need          from `need` (shares of what is shared and of all own resources) or from `target`; shares are whole parts of
                10^12, largest remainders first
  level_up, scale_gains, equal_change     leximin of (x + a) / w; w = 0: at its lower bound, and once all others are full
                by equal amount per head; where nobody lives, as for a thousandth of a resident
  least_deviation   least total, then level_up among all that reach it
  least_squares     where every weight is above zero, as a quadratic program proved by its multipliers
  whole pounds  each amount the exact one or one of the two whole pounds around it; the total and every bound to the pound;
                least deviation reached in whole pounds too, where groups are at most two families that nest

Exit codes: 0 all well; 1 something differs or nothing was compared; 2 usage; 3 no allocation satisfies the guarantees.
"""
import argparse
import collections
import csv
import io
import itertools
import math
import shutil
import subprocess
import sys
import tempfile
import tomllib
from fractions import Fraction
from pathlib import Path

from exact_lp import Infeasible, Polytope, is_leximin, least_squares, leximin
from fuzz_cases import GROUPS, draw

PARTS = 10**12
MICRO = 10**6


class Unsupported(Exception):
    """Something in the formula that this reference does not know."""


def take(table, key, default=...):
    """A key's value, taken out so that what is left over is noticed."""
    if key not in table and default is ...:
        raise Unsupported(f"no {key}")
    return table.pop(key, default)


def nothing_left(table, where):
    for mark in ("source", "sources", "judgement", "illustrative", "note"):
        table.pop(mark, None)
    if table:
        raise Unsupported(f"{where}: {', '.join(table)}")


class Case:
    """A formula and its table: everything that the amounts depend on."""

    def __init__(self, path):
        path = Path(path)
        file = tomllib.loads(path.read_text(), parse_float=Fraction)
        for key in ("title", "summary", "kind", "compare_by_default"):
            file.pop(key, None)
        data = take(file, "data")
        with open(path.parent / take(data, "table"), newline="", encoding="utf-8-sig") as handle:
            self.rows = sorted(csv.DictReader(handle), key=lambda row: row[data["code"]])
        self.code = [row[data["code"]] for row in self.rows]
        self.n = len(self.rows)
        self.indicators = {}
        for indicator in take(file, "indicator", []):
            self.indicators[take(indicator, "name")] = take(indicator, "sum")
            nothing_left(indicator, "indicator")
        population = data.get("population")
        self.people = self.column(population) if population else [Fraction(0)] * self.n
        self.roles = {"region": data.get("region", "region"), "class": data.get("class", "class")}
        own = file.pop("own_resources", None)
        self.own = [Fraction(0)] * self.n
        if own:
            equalisation = Fraction(own.pop("equalisation", 1))
            self.own = [self.micro(v * equalisation) for v in self.money(take(own, "amount"))]
            nothing_left(own, "own_resources")
        allocation = take(file, "allocation")
        nothing_left(file, "formula")
        quantum = take(allocation, "quantum")
        total = sum(self.money(quantum)) if isinstance(quantum, dict) else Fraction(quantum)
        self.quantum = round_half_away(total)
        self._need(allocation)
        self.objective = take(allocation, "objective", {"kind": "level_up"})
        self.least, self.most = [0] * self.n, [None] * self.n
        self.groups = []  # (name, members, least, most)
        for guarantee in take(allocation, "guarantee", []):
            self._guarantee(guarantee)
        nothing_left(allocation, "allocation")
        self._measures()

    # ---- reading

    def column(self, name):
        if name in self.indicators:
            return self.sum(self.indicators[name])
        return [Fraction(row[name]) for row in self.rows]

    def sum(self, parts):
        """Of columns and numbers."""
        columns = [self.column(p) if isinstance(p, str) else [Fraction(p)] * self.n for p in parts]
        return [sum(values) for values in zip(*columns)]

    def money(self, of):
        """A column, or { sum = […] }."""
        return [self.micro(v) for v in (self.column(of) if isinstance(of, str) else self.sum(take(dict(of), "sum")))]

    @staticmethod
    def micro(value):
        """To the millionth of a pound."""
        return Fraction(round_half_away(value * MICRO), MICRO)

    def texts(self, column):
        return [row[self.roles.get(column, column)] for row in self.rows]

    def _need(self, allocation):
        if "need" in allocation:
            score = [max(v, Fraction(0)) for v in self.money(take(allocation, "need"))]
            assessed = self.quantum + sum(self.own)
        else:
            target = self.money(take(allocation, "target"))
            score = [max(t + own, Fraction(0)) for t, own in zip(target, self.own)]
            assessed = sum(score)
        whole = sum(score)
        exact = [v * PARTS / whole for v in score]
        self.parts = [math.floor(v) for v in exact]
        order = sorted((i for i in range(self.n) if score[i]), key=lambda i: (self.parts[i] - exact[i], i))
        for i in order[: PARTS - sum(self.parts)]:
            self.parts[i] += 1
        need = [Fraction(math.floor(p * assessed * MICRO / PARTS), MICRO) for p in self.parts]
        self.target = [n - own for n, own in zip(need, self.own)]

    def _guarantee(self, guarantee):
        name, kind = take(guarantee, "name"), take(guarantee, "kind")
        where = take(guarantee, "where", {})
        applies = [all(self.texts(c)[i] == v for c, v in where.items()) for i in range(self.n)]
        on = take(guarantee, "on", "amount")
        counted = self.own if on == "funding" else [Fraction(0)] * self.n
        picked = [i for i in range(self.n) if applies[i]]
        if kind in ("floor", "ceiling"):
            of, rate = self.money(take(guarantee, "of")), Fraction(take(guarantee, "rate", 1))
            for i in picked:
                bound = rate * of[i] - counted[i]
                if kind == "floor":
                    self.least[i] = max(self.least[i], math.ceil(bound))
                else:
                    most = max(math.floor(bound), 0)
                    self.most[i] = most if self.most[i] is None else min(self.most[i], most)
        elif kind == "minimum_per_head":
            if "amount" in guarantee:
                per_head = Fraction(take(guarantee, "amount"))
            else:
                per_head = Fraction(take(guarantee, "of_average")) * self.quantum / sum(self.people)
            for i in picked:
                self.least[i] = max(self.least[i], math.ceil(per_head * self.people[i] - counted[i]))
        elif kind == "group_band":
            texts = self.texts(take(guarantee, "by"))
            reference = take(guarantee, "reference")
            lower, upper = guarantee.pop("lower", None), guarantee.pop("upper", None)
            stated = isinstance(reference, dict) and "sum" not in reference
            money = None if stated else self.money(reference)
            for group in sorted({texts[i] for i in picked}):
                members = [i for i in picked if texts[i] == group]
                of = round_half_away(Fraction(reference[group])) if stated else sum(money[i] for i in members)
                own = sum(counted[i] for i in members)
                self.groups.append(
                    (
                        f"{name}: {group}",
                        frozenset(members),
                        None if lower is None else math.ceil(lower * of - own),
                        None if upper is None else math.floor(upper * of - own),
                    )
                )
        else:
            raise Unsupported(f"guarantee {kind}")
        nothing_left(guarantee, f"guarantee {name}")

    def _measures(self):
        """{i: (a, w)} of those with need, then of those without, by head."""
        kind = self.objective["kind"]
        if kind in ("level_up", "least_deviation"):
            pairs = list(zip(self.own, self.parts))
        elif kind == "scale_gains":
            pairs = [(-Fraction(least), t - least) for least, t in zip(self.least, self.target)]
        elif kind == "equal_change":
            pairs = [(-b, b) for b in self.money(self.objective["of"])]
        elif kind == "least_squares":
            pairs = [(-t, w) for t, w in zip(self.target, self.weights())]
        else:
            raise Unsupported(f"objective {kind}")
        self.by_need = {i: (a, w) for i, (a, w) in enumerate(pairs) if w > 0}
        # A place without residents counts as a thousandth of one.
        people = [max(people, Fraction(1, 1000)) for people in self.people]
        self.by_head = {i: (Fraction(0), people[i]) for i, (_, w) in enumerate(pairs) if w <= 0}

    def weights(self):
        return self.column(self.objective["weight"])

    # ---- solving

    def polytope(self):
        """Bounds and groups; then the total, as the last two rows."""
        p = Polytope(self.least)
        for i, most in enumerate(self.most):
            if most is not None:
                p.at_most({i: 1}, most)
        for _, members, least, most in self.groups:
            if least is not None:
                p.at_most(dict.fromkeys(members, -1), -least)
            if most is not None:
                p.at_most(dict.fromkeys(members, 1), most)
        p.at_most(dict.fromkeys(range(self.n), 1), self.quantum)
        p.at_most(dict.fromkeys(range(self.n), -1), -self.quantum)
        return p

    def solve(self):
        """Exact amounts; raises Infeasible."""
        p = self.polytope()
        if self.objective["kind"] == "least_squares":
            if len(self.by_need) == self.n:
                return self.squares(p)
            if self.families() > 1:
                raise Unsupported("least squares with a weight of zero, in groups that cross")
        if self.objective["kind"] == "least_deviation":
            self.deviate(p)
        return self.raised(p)

    def raised(self, p):
        """Leximin by need, then by head."""
        p.best({})
        settled = leximin(p, self.by_need, {})
        settled |= leximin(p, self.by_head, settled)
        return [settled[i] for i in range(self.n)]

    def squares(self, p):
        start = p.best({})[1]
        p.rows = p.rows[:-2]
        return least_squares(p, start, self.target, [w for _, w in self.by_need.values()])

    def whole_targets(self):
        return [round_half_away(t) for t in self.target]

    def deviate(self, p):
        """Holds the polytope to where Σ w |x − t| is least: u ≥ x − t, u ≥ 0, and |x − t| = 2 u − (x − t)."""
        cost = {}
        for i, (t, w) in enumerate(zip(self.whole_targets(), self.weights())):
            u = p.helper()
            p.at_most({i: 1, u: -1}, t)
            cost[u] = 2 * w
            cost[i] = -w
        value, _, _ = p.best({column: -c for column, c in cost.items()}, {})
        p.at_most(cost, -value)

    def deviation(self, amounts):
        return sum(w * abs(x - t) for x, t, w in zip(amounts, self.whole_targets(), self.weights()))

    # ---- what sort of problem it is

    def families(self):
        """How few families of nested groups hold all groups; 3 stands for three or more."""
        sets = list({members for _, members, _, _ in self.groups})
        crossing = set()
        for a, b in itertools.combinations(range(len(sets)), 2):
            if sets[a] & sets[b] and not sets[a] <= sets[b] and not sets[b] <= sets[a]:
                crossing |= {(a, b), (b, a)}
        if not crossing:
            return 1
        # Two families: the graph of what crosses what has two colours.
        colour = {}
        for first in range(len(sets)):
            waiting = [(first, colour.get(first, 0))]
            while waiting:
                a, c = waiting.pop()
                if a in colour:
                    if colour[a] != c:
                        return 3
                    continue
                colour[a] = c
                waiting += [(b, 1 - c) for b in range(len(sets)) if (a, b) in crossing]
        return 2

    # ---- whole pounds

    def faults(self, amounts, exact):
        """What is wrong with whole pounds, in words."""
        found = []
        if sum(amounts) != self.quantum:
            found.append(f"amounts sum to {sum(amounts)}, not to {self.quantum}")
        for i, (amount, x) in enumerate(zip(amounts, exact)):
            if not math.floor(x) <= amount <= math.ceil(x):
                found.append(f"{self.code[i]}: {amount}, exactly {x} = {float(x):.6f}")
            if amount < self.least[i] or (self.most[i] is not None and amount > self.most[i]):
                found.append(f"{self.code[i]}: {amount} is beyond its bounds {self.least[i]} to {self.most[i]}")
        families = self.families()
        for name, members, least, most in self.groups:
            total = sum(amounts[i] for i in members)
            if (least is not None and total < least) or (most is not None and total > most):
                found.append(f"{name}: {total} is beyond its bounds {least} to {most}")
            of = sum(exact[i] for i in members)
            if families == 1 and not math.floor(of) <= total <= math.ceil(of):
                found.append(f"{name}: {total}, exactly {float(of):.6f}")
        if self.objective["kind"] == "least_deviation" and families <= 2:
            reached, least = self.deviation(amounts), self.deviation(exact)
            if reached != least:
                found.append(f"deviation {float(reached):.6f}, least {float(least):.6f}")
        return found


def round_half_away(value):
    """Nearest whole number, halves away from zero."""
    whole = math.floor(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


# ---------------------------------------------------------------- a program's answers


def amounts_of(text, case):
    """Amounts by code order from an allocation table."""
    rows = {row["code"]: int(row["amount_gbp"]) for row in csv.DictReader(io.StringIO(text))}
    if rows.keys() != set(case.code):
        raise ValueError("other codes than the table has")
    return [rows[code] for code in case.code]


def rounding_exists(case, exact):
    """Whether some whole pounds around the exact amounts hold every bound: for three families or more there may be none."""
    unsure = [i for i, x in enumerate(exact) if x.denominator != 1]
    for up in range(2 ** len(unsure)):
        amounts = [math.floor(x) for x in exact]
        for bit, i in enumerate(unsure):
            amounts[i] += up >> bit & 1
        if not case.faults(amounts, exact):
            return True
    return False


REFUSED = "crossing-groups"


def judge(case, run, allow_refused):
    """One run of a program on a case: a word for the count, and faults."""
    try:
        exact = case.solve()
    except Infeasible:
        exact = None
    if run.returncode == 1 and REFUSED in run.stderr and case.families() > 1:
        return "refused", [] if allow_refused else [f"refused: {REFUSED}"]
    if exact is None:
        return "infeasible", [] if run.returncode == 3 else [f"infeasible, but exit {run.returncode}"]
    if run.returncode == 3 and case.families() == 3 and not rounding_exists(case, exact):
        return "no whole pounds", []
    if run.returncode != 0:
        return "feasible", [f"feasible, but exit {run.returncode}"]
    return "feasible", case.faults(amounts_of(run.stdout, case), exact)


def fuzz(options):
    counts, bad = collections.Counter(), 0
    program = Path(options.fuzz).resolve()
    keep = Path(options.keep) if options.keep else None
    numbers = [options.only] if options.only is not None else range(options.count)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number in numbers:
            formula, table, objective = draw(options.seed, number, options.groups, options.without_heads)
            (folder / "formula.toml").write_text(formula)
            (folder / "areas.csv").write_text(table)
            case = Case(folder / "formula.toml")
            run = subprocess.run(
                [program, "allocate", "./formula.toml", "--format", "csv"],
                cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            )
            word, faults = judge(case, run, options.allow_refused)
            families = {1: "nested", 2: "two families that cross", 3: "three families or more"}[case.families()]
            counts[(families, objective, word)] += 1
            if faults:
                bad += 1
                print(f"seed {options.seed}, instance {number} ({families}, {objective}):")
                for line in faults[:10] + run.stderr.strip().splitlines()[:6]:
                    print(f"    {line}")
                if keep:
                    shutil.copytree(folder, keep / f"{options.seed}-{number}", dirs_exist_ok=True)
    width = max(len(f"{families}, {objective}") for families, objective, _ in counts)
    words = ["feasible", "infeasible", "no whole pounds", "refused"]
    print(f"{'groups, objective':{width}}" + "".join(f"{word:>16}" for word in words))
    for families, objective in sorted({key[:2] for key in counts}):
        cells = "".join(f"{counts[(families, objective, word)]:16}" for word in words)
        print(f"{families + ', ' + objective:{width}}{cells}")
    refused = sum(count for key, count in counts.items() if key[2] == "refused")
    compared = sum(counts.values()) - refused
    print(f"compared {compared} instances, refused {refused}, {bad} with faults")
    return 1 if bad or not compared else 0


def moved_pounds_are_noticed(case, exact):
    """£2 from one authority to the next must be a fault, wherever whole pounds are right to begin with."""
    if case.n == 1 or any(x.denominator != 1 for x in exact):
        return 0
    amounts = [int(x) for x in exact]
    assert not case.faults(amounts, exact)
    for i in range(case.n):
        moved = list(amounts)
        moved[i] += 2
        moved[i - 1] -= 2
        assert case.faults(moved, exact)
    return 1


def self_check(count, seed):
    """The reference against itself by other means."""
    done = collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number in range(count):
            formula, table, _ = draw(seed, number)
            (folder / "formula.toml").write_text(formula)
            (folder / "areas.csv").write_text(table)
            case = Case(folder / "formula.toml")
            try:
                exact = case.solve()
            except Infeasible:
                done["infeasible"] += 1
                continue
            p = case.polytope()
            kind = case.objective["kind"]
            if kind == "least_deviation":
                case.deviate(p)
            if kind != "least_squares":
                # No measure can be raised unless one as low or lower falls: max-min fairness, which is leximin.
                assert is_leximin(p, case.by_need, exact, {}), number
                done["leximin proved"] += 1
            elif len(case.by_need) == case.n:
                # No feasible point lies below the gradient of the squares there.
                downhill = {i: (case.target[i] - x) / w for i, (x, (_, w)) in enumerate(zip(exact, case.by_need.values()))}
                assert p.best(downhill)[0] == sum(c * exact[i] for i, c in downhill.items()), number
                done["least squares proved"] += 1
                if case.families() == 1:
                    assert exact == case.raised(p), number
                    done["least squares equal to leximin of (x - t) / w, groups nested"] += 1
            if case.families() <= 2:
                # Bounds are whole, and two families of nested groups make a flow.
                assert rounding_exists(case, exact), number
                done["whole pounds exist"] += 1
            assert case.polytope().contains(exact), number
            done["moved pounds noticed"] += moved_pounds_are_noticed(case, exact)
    for what, times in done.items():
        print(f"{what}: {times}")
    return 0 if done["leximin proved"] and done["moved pounds noticed"] else 1


def main():
    parser = argparse.ArgumentParser(description="Exact amounts of small formulas, by independent means.")
    parser.add_argument("formula", nargs="?", help="a formula file with a table of its own")
    parser.add_argument("--against", metavar="FILE.csv", help="an allocation.csv of the program")
    parser.add_argument("--fuzz", metavar="PROGRAM", help="run a program on random formulas and compare")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one instance of the seed")
    parser.add_argument("--groups", choices=GROUPS, help="one sort of groups")
    parser.add_argument("--without-heads", action="store_true", help="authorities may have no population")
    parser.add_argument("--allow-refused", action="store_true", help="groups that cross may be refused")
    parser.add_argument("--keep", metavar="DIR", help="where instances with faults are kept")
    parser.add_argument("--self-check", type=int, metavar="COUNT", help="the reference against itself")
    options = parser.parse_args()
    if options.fuzz:
        return fuzz(options)
    if options.self_check:
        return self_check(options.self_check, options.seed)
    if not options.formula:
        parser.error("a formula, --fuzz or --self-check")
    try:
        case = Case(options.formula)
        exact = case.solve()
    except Infeasible:
        print("no allocation satisfies the guarantees", file=sys.stderr)
        return 3
    except Unsupported as unknown:
        print(f"{options.formula}: this reference does not know {unknown}", file=sys.stderr)
        return 2
    if options.against:
        faults = case.faults(amounts_of(Path(options.against).read_text(), case), exact)
        for fault in faults:
            print(fault, file=sys.stderr)
        print(f"compared {case.n} amounts, {len(faults)} faults")
        return 1 if faults else 0
    print("code,amount")
    for code, x in zip(case.code, exact):
        print(f"{code},{x}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
