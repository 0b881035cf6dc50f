"""Random small formulas with their tables, for `reference.py --fuzz`. Standard library only.

A hidden allocation is drawn first, and bounds are drawn around it: most instances are feasible and tight at many places
at once. Some are then pushed over the edge. The same seed gives the same bytes.
"""
import csv
import io
import random

OBJECTIVES = ["level_up", "scale_gains", "equal_change", "least_squares", "least_deviation"]
GROUPS = ["nested", "crossing", "three families"]


def draw(seed, number, groups=None, without_heads=False):
    """The text of a formula file, of its table areas.csv, and the objective. `without_heads` lets authorities have no
    population: one without need as well then has no measure at all."""
    rng = random.Random(f"{seed}/{number}")
    groups = groups or rng.choices(GROUPS, [5, 5, 1])[0]
    objective = rng.choices(OBJECTIVES, [4, 2, 2, 2, 4])[0]
    n = rng.choices([1, 2, 3, 4, 5, 6, 7, 8, 10, 12], [1, 2, 3, 4, 4, 4, 3, 3, 2, 1])[0]
    table = Table(rng, n, without_heads)
    if objective == "least_squares" and groups != "nested":
        table.weight = [weight or 1 for weight in table.weight]  # only leximin says what a weight of zero does
    allocation = [f"quantum = {table.quantum}"]
    if rng.random() < 0.3:
        allocation.append('need = "need"')
    else:
        allocation.append('target = "target"')
    allocation.append(objective_text(rng, objective))
    guarantees = own_bounds(rng, table)
    guarantees += bands(rng, table, groups)
    rng.shuffle(guarantees)
    own = ""
    if table.has_own:
        own = '[own_resources]\namount = "own"\n' + ("equalisation = 0.5\n" if rng.random() < 0.2 else "") + "\n"
    roles = ['code = "code"', 'region = "region"']
    if table.has_people:
        roles.append('population = "people"')
    if rng.random() < 0.5:
        roles.append('class = "class"')
    named = "".join(f'\n[[allocation.guarantee]]\nname = "Rule {i + 1}"\n{text}' for i, text in enumerate(guarantees))
    formula = f"""title = "Random formula {number} of seed {seed}"
summary = "Written by tests/independent/fuzz_cases.py."
kind = "illustrative"

[data]
table = "areas.csv"
{chr(10).join(roles)}

{own}[allocation]
{chr(10).join(allocation)}
{named}"""
    return formula, table.text(rng), objective


class Table:
    """Columns of a random table; `amount` is the hidden allocation and is not written."""

    def __init__(self, rng, n, without_heads):
        self.n = n
        scale = rng.choice([6, 30, 1000, 10**5, 10**7, 4 * 10**9])
        whole = lambda most: [rng.randint(0, most) for _ in range(n)]
        self.amount = [v if rng.random() < 0.9 else 0 for v in whole(scale)]
        if not any(self.amount):
            self.amount[0] = scale
        self.quantum = sum(self.amount)
        heads = rng.choice([3, 3, max(2, min(scale // 3, 10**6))])
        self.people = [rng.randint(1, heads) for _ in range(n)]
        self.has_people = not without_heads or rng.random() < 0.5
        if without_heads and n > 1:
            self.people[rng.randrange(n)] = 0
        self.has_own = rng.random() < 0.5
        self.own = whole(scale // 2) if self.has_own else [0] * n
        if self.has_own and rng.random() < 0.3:
            self.own = [v + rng.choice([0, 25, 50, 99]) / 100 for v in self.own]
        self.need = [v if rng.random() < 0.85 else 0 for v in whole(scale)]
        self.target = [v if rng.random() < 0.9 else -v for v in self.need]
        if rng.random() < 0.3:  # targets near what can be had: fewer bounds hold
            self.target = [v + rng.randint(-scale // 4, scale // 4) for v in self.amount]
        if not any(v > 0 for v in self.need):
            self.need[rng.randrange(n)] = scale
        if not any(t + o / 2 > 0 for t, o in zip(self.target, self.own)):
            self.target[rng.randrange(n)] = scale
        self.last = [max(0, v + rng.randint(-scale // 6, scale // 6)) for v in self.amount]
        equal = rng.random() < 0.3
        self.weight = [1 if equal else rng.choice([0, 0.5, 1, 1, 1.25, 2, 3]) for _ in range(n)]
        self.region = [f"R{rng.randint(1, min(4, n))}" for _ in range(n)]
        self.half = ["North" if r in ("R1", "R2") else "South" for r in self.region]
        self.klass = [rng.choice(["city", "county", "town"][: rng.randint(1, 3)]) for _ in range(n)]
        self.band = [rng.choice(["a", "b"]) for _ in range(n)]
        # Bounds around the hidden allocation, columns that rates apply to.
        gap = rng.choice([0.02, 0.2, 0.6])
        self.floor = [int(v * (1 - gap * rng.random())) if rng.random() < 0.8 else 0 for v in self.amount]
        self.cap = [int(v * (1 + gap * rng.random())) + rng.choice([0, 0, 1]) for v in self.amount]
        if rng.random() < 0.12:  # over the edge, or on it
            i = rng.randrange(n)
            self.floor[i] += max(1, scale // rng.choice([2, 10, 100]))

    def column_of(self, name):
        return {"region": self.region, "half": self.half, "class": self.klass, "band": self.band}[name]

    def text(self, rng):
        heading = ["code", "region", "half", "class", "band", "people", "need", "target", "own", "last", "weight", "floor", "cap"]
        rows = list(
            zip(
                [f"A{i:02d}" for i in range(self.n)],
                self.region, self.half, self.klass, self.band, self.people, self.need, self.target, self.own,
                self.last, self.weight, self.floor, self.cap,
            )
        )
        rng.shuffle(rows)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)
        return out.getvalue()


def objective_text(rng, objective):
    more = {
        "equal_change": ', of = "last"',
        "least_squares": ', weight = "weight"',
        "least_deviation": ', weight = "weight"',
    }
    return f'objective = {{ kind = "{objective}"{more.get(objective, "")} }}'


def on(rng, table):
    return 'on = "funding"\n' if table.has_own and rng.random() < 0.4 else ""


def where(rng):
    return f'where = {{ class = "{rng.choice(["city", "county"])}" }}\n' if rng.random() < 0.15 else ""


def own_bounds(rng, table):
    """Floors, ceilings and minimums per head."""
    texts = []
    where_ = lambda: "" if not {"city", "county"} <= set(table.klass) else where(rng)
    if rng.random() < 0.7:
        rate = rng.choice(["", "", "rate = 0.95\n", "rate = 0.333\n"])
        # A floor on funding counts own resources too: it is looser than the same on the amount.
        texts.append(f'kind = "floor"\nof = "floor"\n{rate}{on(rng, table)}{where_()}')
    if rng.random() < 0.6:
        rate = rng.choice(["", "", "rate = 1.05\n", "rate = 1.5\n"])
        texts.append(f'kind = "ceiling"\nof = "cap"\n{rate}{where_()}')
    if rng.random() < 0.2:
        texts.append(f'kind = "floor"\nof = {{ sum = ["floor", "own"] }}\non = "funding"\nrate = {rng.choice([0.5, 0.9])}\n')
    if rng.random() < 0.2 and table.has_people:
        rate = rng.choice(["of_average = 0.3", "of_average = 0.6", "of_average = 0.9", "amount = 0.1"])
        texts = texts[: rng.randint(0, len(texts))]
        texts.append(f'kind = "minimum_per_head"\n{rate}\n{on(rng, table)}')
    return texts


def bands(rng, table, groups):
    by = {
        "nested": ["region", "half", "region"][: rng.randint(0, 3)],
        "crossing": ["region", "class"] + (["half"] if rng.random() < 0.4 else []),
        "three families": ["region", "class", "band"],
    }[groups]
    texts = []
    for column in by:
        only = "" if column != "region" or groups != "nested" or "city" not in table.klass else where_city(rng)
        texts.append(band(rng, table, column, only))
    return texts


def where_city(rng):
    """The cities of each region: inside the regions, so the groups still nest."""
    return 'where = { class = "city" }\n' if rng.random() < 0.3 else ""


def band(rng, table, column, only):
    column_of = table.column_of(column)
    members = [i for i in range(table.n) if not only or table.klass[i] == "city"]
    basis = on(rng, table)
    counted = table.own if basis else [0] * table.n
    tight = rng.choice([0.0, 0.03, 0.2])
    lower, upper = 1 - round(tight * rng.random(), 3), 1 + round(tight * rng.random(), 3)
    sides = rng.choices(["both", "lower", "upper"], [3, 1, 1])[0]
    if rng.random() < 0.15:
        reference = '"last"'  # not around the hidden allocation: may clash
        lower, upper = min(lower, 0.9), max(upper, 1.1)
    else:
        totals = {}
        for i in members:
            totals[column_of[i]] = totals.get(column_of[i], 0) + table.amount[i] + counted[i]
        reference = "{ " + ", ".join(f"{group} = {round(total)}" for group, total in sorted(totals.items())) + " }"
    text = f'kind = "group_band"\nby = "{column}"\nreference = {reference}\n{basis}{only}'
    if sides != "upper":
        text += f"lower = {lower:.3f}\n"
    if sides != "lower":
        text += f"upper = {upper:.3f}\n"
    return text
