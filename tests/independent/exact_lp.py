"""Linear programs, leximin and least squares over small polytopes, in exact fractions. Standard library only.

Used by reference.py. Nothing here knows of money: amounts are variables x, each at or above a least value, under rows
Σ c x ≤ b. Every optimum is checked against its dual before it is given out.
"""
import math
from fractions import Fraction


class Infeasible(Exception):
    """No point satisfies the rows."""


class Unbounded(Exception):
    """The objective has no end."""


def maximise(objective, rows):
    """Maximises objective · y under rows (coefficients, most): coefficients · y ≤ most, y ≥ 0.

    Gives the value, y and the price of each row. The simplex method on a dictionary of whole numbers over one common
    denominator (Edmonds' integer pivoting, so no fraction is ever reduced), with Bland's rule, which cannot cycle.
    """
    n, m = len(objective), len(rows)
    scales = [math.lcm(*(Fraction(v).denominator for v in (*coefficients, most))) for coefficients, most in rows]
    table = [[int(v * s) for v in (*coefficients, most)] for (coefficients, most), s in zip(rows, scales)]
    scale = math.lcm(*(Fraction(v).denominator for v in objective))
    table.append([-int(v * scale) for v in objective] + [0])
    state = _Dictionary(table, list(range(n)), list(range(n, n + m)))
    if any(row[-1] < 0 for row in table[:m]):
        state.make_feasible()
    state.climb(m)
    y, prices = [Fraction(0)] * n, [Fraction(0)] * m
    for row, variable in zip(state.table, state.basic):
        if variable < n:
            y[variable] = Fraction(row[-1], state.denominator)
    for entry, variable in zip(state.table[m], state.nonbasic):
        if variable >= n:
            prices[variable - n] = Fraction(entry, state.denominator) * scales[variable - n] / scale
    value = sum((c * v for c, v in zip(objective, y)), Fraction(0))
    _check(objective, rows, y, prices, value)
    return value, y, prices


class _Dictionary:
    """basic + Σ entry × nonbasic = last entry, row by row, all over one denominator; objectives stand below the rows."""

    def __init__(self, table, nonbasic, basic):
        self.table, self.nonbasic, self.basic, self.denominator = table, nonbasic, basic, 1

    def pivot(self, r, s):
        row, old = self.table[r], self.denominator
        p = row[s]
        for i, other in enumerate(self.table):
            if i != r:
                q = other[s]
                if q:
                    self.table[i] = [(a * p - q * b) // old for a, b in zip(other, row)]
                else:
                    self.table[i] = [a * p // old for a in other]
                self.table[i][s] = -q
        row[s] = old
        self.denominator = p
        if p < 0:
            self.denominator = -p
            self.table = [[-a for a in row] for row in self.table]
        self.basic[r], self.nonbasic[s] = self.nonbasic[s], self.basic[r]

    def climb(self, objective):
        """Bland's rule until no entry of the objective's row is below zero."""
        while True:
            below = [(variable, s) for s, variable in enumerate(self.nonbasic) if self.table[objective][s] < 0]
            if not below:
                return
            s = min(below)[1]
            best = None
            for r, variable in enumerate(self.basic):
                entry, last = self.table[r][s], self.table[r][-1]
                if entry > 0:
                    # last ÷ entry against the best so far, without dividing.
                    if best is None or (last * best[1], variable) < (best[0] * entry, best[2]):
                        best = (last, entry, variable, r)
            if best is None:
                raise Unbounded
            self.pivot(best[3], s)

    def make_feasible(self):
        """One helper variable is let into every row, and then driven out again."""
        m, helper = len(self.basic), -1
        for row in self.table[:m]:
            row.insert(-1, -1)
        self.table[m].insert(-1, 0)
        self.nonbasic.append(helper)
        self.table.append([0] * (len(self.nonbasic) - 1) + [1, 0])
        worst = min(range(m), key=lambda r: self.table[r][-1])
        self.pivot(worst, len(self.nonbasic) - 1)
        self.climb(m + 1)
        if self.table[m + 1][-1] < 0:
            raise Infeasible
        if helper in self.basic:
            r = self.basic.index(helper)
            self.pivot(r, next(s for s, entry in enumerate(self.table[r][:-1]) if entry))
        out = self.nonbasic.index(helper)
        self.table.pop()
        del self.nonbasic[out]
        for row in self.table:
            del row[out]


def _check(objective, rows, y, prices, value):
    """Weak duality, from the rows as they were given."""
    assert all(v >= 0 for v in y) and all(p >= 0 for p in prices)
    for coefficients, most in rows:
        assert sum(c * v for c, v in zip(coefficients, y) if c) <= most
    for j, c in enumerate(objective):
        assert sum(p * coefficients[j] for p, (coefficients, _) in zip(prices, rows) if p) >= c
    assert sum(p * most for p, (_, most) in zip(prices, rows)) == value


class Polytope:
    """Points x ≥ least under rows; columns beyond the amounts are helpers, at zero or above."""

    def __init__(self, least):
        self.least = [Fraction(v) for v in least]
        self.amounts = len(self.least)
        self.rows = []

    def at_most(self, terms, most):
        """Σ terms[i] × x[i] ≤ most."""
        self.rows.append((dict(terms), Fraction(most)))

    def helper(self):
        """One more column at zero or above; gives its number."""
        self.least.append(Fraction(0))
        return len(self.least) - 1

    def copy(self):
        other = Polytope([])
        other.least, other.amounts, other.rows = list(self.least), self.amounts, list(self.rows)
        return other

    def best(self, objective, fixed=()):
        """Maximises Σ objective[i] × x[i], some x fixed; gives the value, all x and the price of each row."""
        fixed = dict(fixed)
        open_ = [i for i in range(len(self.least)) if i not in fixed]
        base = [fixed.get(i, least) for i, least in enumerate(self.least)]
        rows = []
        for terms, most in self.rows:
            rows.append(([terms.get(i, 0) for i in open_], most - sum(c * base[i] for i, c in terms.items())))
        value, y, prices = maximise([Fraction(objective.get(i, 0)) for i in open_], rows)
        x = list(base)
        for i, v in zip(open_, y):
            x[i] += v
        return value + sum(c * base[i] for i, c in objective.items()), x, prices

    def contains(self, x):
        return all(v >= least for v, least in zip(x, self.least)) and all(
            sum(c * x[i] for i, c in terms.items()) <= most for terms, most in self.rows
        )


def leximin(polytope, measures, fixed=()):
    """Raises the lowest (x + a) ÷ w first, then the next lowest; `measures` is {i: (a, w)}, w above zero.

    Each round finds the highest level that all open measures can reach together. A row of a measure with a price above
    zero is met exactly in every optimum (complementary slackness, exact here), so that measure is at its end; there is
    always one. Gives {i: x} for the measures.
    """
    settled, open_ = dict(fixed), dict(measures)
    while open_:
        round_ = polytope.copy()
        least = min((polytope.least[i] + a) / Fraction(w) for i, (a, w) in open_.items())
        step = round_.helper()  # the level is least + step
        first = len(round_.rows)
        for i, (a, w) in open_.items():
            round_.at_most({step: w, i: -1}, a - w * least)
        level, _, prices = round_.best({step: 1}, settled)
        stuck = [i for i, price in zip(list(open_), prices[first:]) if price > 0]
        assert stuck
        for i in stuck:
            a, w = open_.pop(i)
            settled[i] = w * (least + level) - a
    return {i: settled[i] for i in measures}


def is_leximin(polytope, measures, x, fixed=()):
    """The certificate of max-min fairness: none can be raised unless one that is as low or lower falls."""
    level = {i: (x[i] + a) / Fraction(w) for i, (a, w) in measures.items()}
    for i in measures:
        held = polytope.copy()
        for j in measures:
            if level[j] <= level[i]:
                held.at_most({j: -1}, -x[j])
        if held.best({i: 1}, fixed)[0] != x[i]:
            return False
    return True


def least_squares(polytope, start, targets, weights):
    """min Σ (x − t)² ÷ w over the points of a polytope without helpers whose amounts sum to what those of `start`, one of
    them, sum to; w above zero. The primal active-set method in exact fractions: the answer is proved by its multipliers.
    """
    n, x = polytope.amounts, list(start)
    rows = [({i: -1}, -least) for i, least in enumerate(polytope.least)] + polytope.rows
    weights = [Fraction(w) for w in weights]
    everyone = dict.fromkeys(range(n), 1)
    active = []  # never linearly dependent: a row that blocks is not met by the others
    while True:
        # p of least ½ Σ (x + p − t)² ÷ w with the active rows and the total held: p = w (Σ λ row) − (x − t).
        held = [everyone] + [rows[r][0] for r in active]
        pull = [x[i] - targets[i] for i in range(n)]
        prices = _solve(
            [[sum(weights[i] * a[i] * b[i] for i in a if i in b) for b in held] for a in held],
            [sum(c * pull[i] for i, c in a.items()) for a in held],
        )
        move = [
            weights[i] * sum(price * a[i] for price, a in zip(prices, held) if i in a) - pull[i] for i in range(n)
        ]
        if not any(move):
            # The gradient is Σ λ row; a row that holds x below its bound needs λ ≤ 0.
            wrong = [r for r, price in zip(active, prices[1:]) if price > 0]
            if not wrong:
                assert polytope.contains(x)
                return x
            active.remove(min(wrong))
            continue
        length, blocking = Fraction(1), None
        for r, (terms, most) in enumerate(rows):
            if r in active:
                continue
            rise = sum(c * move[i] for i, c in terms.items())
            if rise > 0:
                room = (most - sum(c * x[i] for i, c in terms.items())) / rise
                if room < length:
                    length, blocking = room, r
        x = [v + length * m for v, m in zip(x, move)]
        if blocking is not None:
            active.append(blocking)


def _solve(matrix, right):
    """Gaussian elimination; the matrix is regular."""
    size = len(matrix)
    table = [[Fraction(v) for v in row] + [Fraction(b)] for row, b in zip(matrix, right)]
    for column in range(size):
        pivot = next(r for r in range(column, size) if table[r][column])
        table[column], table[pivot] = table[pivot], table[column]
        lead = table[column][column]
        table[column] = [v / lead for v in table[column]]
        for r in range(size):
            if r != column and table[r][column]:
                factor = table[r][column]
                table[r] = [a - factor * b for a, b in zip(table[r], table[column])]
    return [row[-1] for row in table]
