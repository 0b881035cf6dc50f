#!/usr/bin/env python3
"""The problem of make_instances.py in one general stack, as a researcher's script has it: read, build, solve, write.

    python stacks.py STACK INSTANCE_DIR OUT.csv [crossing]

One stack for each process: only what it needs is imported, and highspy and ortools cannot be imported together. `plain`
has x and d with d ≥ x − t and d ≥ t − x, the textbook form; `compact` has x = t + u − v with u and v in bounds, which
leaves one row for the budget and one for each group. Money is in millions of pounds: solvers' tolerances are absolute.
"""
import csv
import json
import sys
from pathlib import Path

MILLION = 1e6


class Problem:
    """minimise Σ w |x − t|, lo ≤ x ≤ hi, Σ x = budget, each group's total between its bounds."""

    def __init__(self, folder, crossing):
        folder = Path(folder)
        with open(folder / ("areas_crossing.csv" if crossing else "areas.csv")) as file:
            rows = list(csv.DictReader(file))
        budget = json.loads((folder / "budget.json").read_text())
        families = [("region", budget["region_band"], budget["region_reference"])]
        if crossing:
            classes = json.loads((folder / "crossing.json").read_text())
            families.append(("class", classes["class_band"], classes["class_reference"]))
        self.n = len(rows)
        self.code = [row["code"] for row in rows]
        self.t = [float(row["need_target"]) / MILLION for row in rows]
        self.lo = [float(row["floor"]) / MILLION for row in rows]
        self.hi = [float(row["cap"]) / MILLION for row in rows]
        self.w = [1 + float(row["deprivation"]) for row in rows]
        self.budget = budget["budget"] / MILLION
        self.families = len(families)
        self.groups = []  # (lower, upper, members)
        self.groups_of = [[] for _ in rows]
        for column, band, reference in families:
            at = {}
            for i, row in enumerate(rows):
                at.setdefault(row[column], []).append(i)
            for name in sorted(at):
                for i in at[name]:
                    self.groups_of[i].append(len(self.groups))
                of = reference[name] / MILLION
                self.groups.append(((1 - band) * of, (1 + band) * of, at[name]))


def incidence(p):
    """Groups × areas, sparse."""
    import numpy as np
    import scipy.sparse as sp

    row = np.array(p.groups_of).ravel()
    column = np.repeat(np.arange(p.n), p.families)
    return sp.csr_matrix((np.ones(row.size), (row, column)), shape=(len(p.groups), p.n))


def group_bounds(p):
    import numpy as np

    return np.array([g[0] for g in p.groups]), np.array([g[1] for g in p.groups])


def compact(p):
    """t, and the bounds of u and v in x = t + u − v."""
    import numpy as np

    t, lo, hi = np.array(p.t), np.array(p.lo), np.array(p.hi)
    u = np.maximum(lo - t, 0), np.maximum(hi - t, 0)
    v = np.maximum(t - hi, 0), np.maximum(t - lo, 0)
    return t, u, v


def highspy_plain(p, solver="choose"):
    import highspy
    import numpy as np

    n, k, inf = p.n, len(p.groups), highspy.kHighsInf
    lower, upper = group_bounds(p)
    t, i = np.array(p.t), np.arange(n)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = 2 * n, 2 * n + 1 + k
    lp.col_cost_ = np.concatenate([np.zeros(n), p.w])
    lp.col_lower_ = np.concatenate([p.lo, np.zeros(n)])
    lp.col_upper_ = np.concatenate([p.hi, np.full(n, inf)])
    lp.row_lower_ = np.concatenate([np.full(n, -inf), t, [p.budget], lower])
    lp.row_upper_ = np.concatenate([t, np.full(n, inf), [p.budget], upper])
    x_rows = np.column_stack([i, n + i, np.full(n, 2 * n), 2 * n + 1 + np.array(p.groups_of)])
    each = x_rows.shape[1]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.index_ = np.concatenate([x_rows.ravel(), np.column_stack([i, n + i]).ravel()])
    lp.a_matrix_.value_ = np.concatenate([np.ones(each * n), np.tile([-1.0, 1.0], n)])
    lp.a_matrix_.start_ = np.concatenate([np.arange(n) * each, each * n + np.arange(n + 1) * 2])
    return highs_run(lp, solver)[:n]


def highspy_compact(p, solver="choose"):
    import highspy
    import numpy as np

    n, k = p.n, len(p.groups)
    lower, upper = group_bounds(p)
    t, u, v = compact(p)
    of_targets = np.zeros(k)
    for group in np.array(p.groups_of).T:
        of_targets += np.bincount(group, weights=t, minlength=k)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = 2 * n, 1 + k
    lp.col_cost_ = np.concatenate([p.w, p.w])
    lp.col_lower_, lp.col_upper_ = np.concatenate([u[0], v[0]]), np.concatenate([u[1], v[1]])
    lp.row_lower_ = np.concatenate([[p.budget - t.sum()], lower - of_targets])
    lp.row_upper_ = np.concatenate([[p.budget - t.sum()], upper - of_targets])
    rows = np.column_stack([np.zeros(n, int), 1 + np.array(p.groups_of)])
    each = rows.shape[1]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.index_ = np.concatenate([rows.ravel(), rows.ravel()])
    lp.a_matrix_.value_ = np.concatenate([np.ones(each * n), -np.ones(each * n)])
    lp.a_matrix_.start_ = np.arange(2 * n + 1) * each
    z = highs_run(lp, solver)
    return t + z[:n] - z[n:]


def highs_run(lp, solver):
    import highspy
    import numpy as np

    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("solver", solver)
    h.passModel(lp)
    h.run()
    assert h.getModelStatus() == highspy.HighsModelStatus.kOptimal, h.getModelStatus()
    return np.array(h.getSolution().col_value)


def scipy_plain(p):
    import numpy as np
    import scipy.sparse as sp
    from scipy.optimize import linprog

    n, one, g = p.n, sp.identity(p.n, format="csr"), incidence(p)
    none = sp.csr_matrix(g.shape)
    lower, upper = group_bounds(p)
    rows = [sp.hstack([one, -one]), sp.hstack([-one, -one]), sp.hstack([g, none]), sp.hstack([-g, none])]
    bounds = np.column_stack([np.concatenate([p.lo, np.zeros(n)]), np.concatenate([p.hi, np.full(n, np.inf)])])
    result = linprog(
        np.concatenate([np.zeros(n), p.w]),
        A_ub=sp.vstack(rows, format="csr"),
        b_ub=np.concatenate([p.t, -np.array(p.t), upper, -lower]),
        A_eq=sp.csr_matrix(np.concatenate([np.ones(n), np.zeros(n)])[None, :]),
        b_eq=[p.budget],
        bounds=bounds,
        method="highs",
    )
    assert result.status == 0, result.message
    return result.x[:n]


def scipy_compact(p):
    import numpy as np
    import scipy.sparse as sp
    from scipy.optimize import linprog

    t, u, v = compact(p)
    g = incidence(p)
    lower, upper = group_bounds(p)
    of_targets = g @ t
    g = sp.hstack([g, -g], format="csr")
    result = linprog(
        np.concatenate([p.w, p.w]),
        A_ub=sp.vstack([g, -g]),
        b_ub=np.concatenate([upper - of_targets, of_targets - lower]),
        A_eq=sp.csr_matrix(np.concatenate([np.ones(p.n), -np.ones(p.n)])[None, :]),
        b_eq=[p.budget - t.sum()],
        bounds=np.column_stack([np.concatenate([u[0], v[0]]), np.concatenate([u[1], v[1]])]),
        method="highs",
    )
    assert result.status == 0, result.message
    return t + result.x[: p.n] - result.x[p.n :]


def clarabel_compact(p):
    import clarabel
    import numpy as np
    import scipy.sparse as sp

    t, u, v = compact(p)
    g = incidence(p)
    lower, upper = group_bounds(p)
    least, most = np.concatenate([u[0], v[0]]), np.concatenate([u[1], v[1]])
    total = sp.csr_matrix(np.concatenate([np.ones(p.n), -np.ones(p.n)])[None, :])
    both = sp.hstack([g, -g], format="csr")
    open_ = np.flatnonzero(most > least)  # the others are where they are
    fixed = np.where(most > least, 0.0, least)
    of_fixed, total_fixed = g @ t + both @ fixed, t.sum() + (total @ fixed)[0]
    one = sp.identity(open_.size, format="csr")
    rows = sp.vstack([total[:, open_], both[:, open_], -both[:, open_], one, -one], format="csc")
    right = np.concatenate(
        [[p.budget - total_fixed], upper - of_fixed, of_fixed - lower, most[open_], -least[open_]]
    )
    cones = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(right.size - 1)]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    cost = np.concatenate([p.w, p.w])[open_]
    no_squares = sp.csc_matrix((open_.size, open_.size))
    solution = clarabel.DefaultSolver(no_squares, cost, rows, right, cones, settings).solve()
    assert str(solution.status) == "Solved", solution.status
    z = fixed
    z[open_] = solution.x
    return t + z[: p.n] - z[p.n :]


def cvxpy(p, solver):
    import cvxpy as cp
    import numpy as np

    x = cp.Variable(p.n)
    rules = [cp.sum(x) == p.budget, x >= np.array(p.lo), x <= np.array(p.hi)]
    for lower, upper, members in p.groups:
        total = cp.sum(x[members])
        rules += [total <= upper, total >= lower]
    problem = cp.Problem(cp.Minimize(np.array(p.w) @ cp.abs(x - np.array(p.t))), rules)
    problem.solve(solver=solver)
    assert problem.status == "optimal", problem.status
    return x.value


def pulp(p, solver):
    import pulp as lp

    problem = lp.LpProblem("allocation", lp.LpMinimize)
    x = [lp.LpVariable(f"x{i}", p.lo[i], p.hi[i]) for i in range(p.n)]
    d = [lp.LpVariable(f"d{i}", 0) for i in range(p.n)]
    problem += lp.lpSum(p.w[i] * d[i] for i in range(p.n))
    for i in range(p.n):
        problem += x[i] - d[i] <= p.t[i]
        problem += x[i] + d[i] >= p.t[i]
    problem += lp.lpSum(x) == p.budget
    for lower, upper, members in p.groups:
        total = lp.lpSum(x[i] for i in members)
        problem += total <= upper
        problem += total >= lower
    status = problem.solve(lp.PULP_CBC_CMD(msg=0) if solver == "cbc" else lp.HiGHS(msg=0))
    assert status == 1, status
    return [variable.value() for variable in x]


def pyomo(p):
    import pyomo.environ as pyo
    from pyomo.contrib import appsi

    m = pyo.ConcreteModel()
    m.areas = pyo.RangeSet(0, p.n - 1)
    m.groups = pyo.RangeSet(0, len(p.groups) - 1)
    m.x = pyo.Var(m.areas, bounds=lambda m, i: (p.lo[i], p.hi[i]))
    m.d = pyo.Var(m.areas, bounds=(0, None))
    m.above = pyo.Constraint(m.areas, rule=lambda m, i: m.x[i] - m.d[i] <= p.t[i])
    m.below = pyo.Constraint(m.areas, rule=lambda m, i: m.x[i] + m.d[i] >= p.t[i])
    m.total = pyo.Constraint(expr=sum(m.x[i] for i in m.areas) == p.budget)
    m.band = pyo.Constraint(
        m.groups, rule=lambda m, g: (p.groups[g][0], sum(m.x[i] for i in p.groups[g][2]), p.groups[g][1])
    )
    m.least = pyo.Objective(expr=sum(p.w[i] * m.d[i] for i in m.areas))
    result = appsi.solvers.Highs().solve(m)
    assert str(result.termination_condition).endswith("optimal"), result.termination_condition
    return [m.x[i].value for i in m.areas]


def linopy(p, io_api):
    import linopy as lp
    import numpy as np
    import pandas as pd
    import xarray as xr

    areas = pd.RangeIndex(p.n, name="area")
    m = lp.Model()
    x = m.add_variables(lower=pd.Series(p.lo, areas), upper=pd.Series(p.hi, areas), name="x")
    d = m.add_variables(lower=0, coords=[areas], name="d")
    t, w = xr.DataArray(pd.Series(p.t, areas)), xr.DataArray(pd.Series(p.w, areas))
    m.add_constraints(x - d <= t, name="above")
    m.add_constraints(x + d >= t, name="below")
    m.add_constraints(x.sum() == p.budget, name="total")
    memberships = np.array(p.groups_of)
    for family in range(p.families):
        group = pd.Series(memberships[:, family], areas, name=f"group{family}")
        total = (1 * x).groupby(group).sum()
        which = np.unique(memberships[:, family])
        band = lambda side: xr.DataArray(pd.Series([p.groups[g][side] for g in which], pd.Index(which, name=f"group{family}")))
        m.add_constraints(total >= band(0), name=f"least{family}")
        m.add_constraints(total <= band(1), name=f"most{family}")
    m.add_objective((w * d).sum())
    status = m.solve(solver_name="highs", io_api=io_api, output_flag=False)
    assert status[0] == "ok", status
    return m.solution["x"].values


def ortools(p, solver):
    from ortools.linear_solver.python import model_builder as mb

    m = mb.Model()
    x = [m.new_num_var(p.lo[i], p.hi[i], f"x{i}") for i in range(p.n)]
    d = [m.new_num_var(0, float("inf"), f"d{i}") for i in range(p.n)]
    for i in range(p.n):
        m.add(x[i] - d[i] <= p.t[i])
        m.add(x[i] + d[i] >= p.t[i])
    m.add(mb.LinearExpr.sum(x) == p.budget)
    for lower, upper, members in p.groups:
        m.add_linear_constraint(mb.LinearExpr.sum([x[i] for i in members]), lower, upper)
    m.minimize(mb.LinearExpr.weighted_sum(d, p.w))
    s = mb.Solver(solver)
    status = s.solve(m)
    assert status == mb.SolveStatus.OPTIMAL, status
    return [s.value(variable) for variable in x]


def numpy_greedy(p):
    """Not a stack: our own method for groups that do not cross, in numpy. Clamp every target to its bounds; push each
    region into its band by the cheapest moves, then the nation to its budget. Costs are convex and bands nest, so greedy
    is best."""
    import numpy as np

    assert p.families == 1, "regions only"
    region = np.array(p.groups_of)[:, 0]
    lo, hi, t = (np.rint(np.array(v) * MILLION).astype(np.int64) for v in (p.lo, p.hi, p.t))
    least = np.array([int(np.ceil(g[0] * MILLION - 1e-3)) for g in p.groups])
    most = np.array([int(np.floor(g[1] * MILLION + 1e-3)) for g in p.groups])
    order = np.argsort(np.array(p.w), kind="stable")
    x = np.clip(t, lo, hi)
    total = np.array([x[region == r].sum() for r in range(len(p.groups))])

    def step(indices, need, room):
        return np.clip(need - (np.cumsum(room) - room), 0, room)

    for r in np.flatnonzero((total < least) | (total > most)):
        own = order[region[order] == r]
        up = total[r] < least[r]
        move = step(own, least[r] - total[r] if up else total[r] - most[r], hi[own] - x[own] if up else x[own] - lo[own])
        x[own] += move if up else -move
        total[r] += move.sum() if up else -move.sum()
    gap = round(p.budget * MILLION) - int(total.sum())
    sign = 1 if gap > 0 else -1
    room = (hi - x if sign > 0 else x - lo)[order]
    left = most - total if sign > 0 else total - least
    for r in range(len(p.groups)):
        own = region[order] == r
        room[own] = step(own, left[r], room[own])
    x[order] += sign * step(order, abs(gap), room)
    return x / MILLION


STACKS = {
    "highspy": highspy_plain,
    "highspy-ipm": lambda p: highspy_plain(p, "ipm"),
    "highspy-compact": highspy_compact,
    "highspy-compact-ipm": lambda p: highspy_compact(p, "ipm"),
    "scipy": scipy_plain,
    "scipy-compact": scipy_compact,
    "clarabel-compact": clarabel_compact,
    "cvxpy-clarabel": lambda p: cvxpy(p, "CLARABEL"),
    "cvxpy-highs": lambda p: cvxpy(p, "HIGHS"),
    "pulp-highs": lambda p: pulp(p, "highs"),
    "pulp-cbc": lambda p: pulp(p, "cbc"),
    "pyomo-highs": pyomo,
    "linopy-highs": lambda p: linopy(p, "direct"),
    "linopy-highs-file": lambda p: linopy(p, "lp"),
    "ortools-glop": lambda p: ortools(p, "GLOP"),
    "ortools-pdlp": lambda p: ortools(p, "PDLP"),
    "numpy-greedy": numpy_greedy,
}


def main():
    stack, folder, out = sys.argv[1:4]
    p = Problem(folder, "crossing" in sys.argv[4:])
    amounts = STACKS[stack](p)
    with open(out, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "amount_gbp"])
        writer.writerows([code, repr(float(amount) * MILLION)] for code, amount in zip(p.code, amounts))


if __name__ == "__main__":
    main()
