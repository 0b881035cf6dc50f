#!/usr/bin/env python3
"""An independent calculation of the English social care formulas, 2024-25.

It shares no code with the program: it works from the written text of the formulas and from
`inputs/england-2024/authorities.csv` alone, in exact fractions, so its amounts carry no
rounding at all until they are printed. Written for Python 3.11; needs nothing else.

    python3 tests/independent/flagship.py                    headline results and quoted figures
    python3 tests/independent/flagship.py --table NAME       one formula for every authority, as CSV
    python3 tests/independent/flagship.py --against DIR      check a result folder of `needshare compare`

Exit codes: 0 all well; 1 a check failed or nothing could be compared; 2 usage or unreadable input.

Readings, where the text of the formulas could be read in more than one way:

 R1 "Client-weighted mean" of an indicator is weighted by the clients of the service it serves:
    age-weighted clients for idaopi, people of 18-64 for employment, disability and carers,
    children for idaci. Only so is the national mean of `basic + sum of amount x index` one.
 R2 The pay index is scaled by population for every service, not by each service's clients.
 R3 The quantum is rounded to a whole pound before need amounts are formed; the need amounts of
    `need-net-of-council-tax` therefore sum to that quantum plus unrounded own resources.
 R4 Own resources stay in fractions of a pound; only the result files show whole pounds.
 R5 Money moved, winners and losers are measured on funding (amount + own resources), for all
    formulas; a winner gains strictly more than 0.5 per cent.
 R6 `council-tax-base`, `per-head` and `deprivation` have one service, no area cost adjustment,
    no own resources, and share the whole of spending.
 R7 "Weights 1 : 1 : 1" changes the clients of the older adults' service, and with them the
    weights of the mean idaopi is indexed to (R1); nothing else changes.
 R8 The protected formula shares by the usual rule, level_up: what is above the floor is shared so
    that coverage is equal, at one level k.
 R9 Without area cost adjustment means w = 0 for all services, all else the same.
"""

import argparse
import csv
import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[2]

SIX = [
    "council-tax-base",
    "per-head",
    "deprivation",
    "social-care-by-need",
    "social-care-by-need-protected",
    "need-net-of-council-tax",
]
FAMILY = [
    "social-care-by-need",
    "social-care-by-need-protected",
    "need-net-of-council-tax",
    "social-care-by-need-with-carers",
]
ALL = SIX + ["social-care-by-need-with-carers"]
BASELINES = ["council-tax-base", "spending-today"]
NO_AREA_COST = ":no-area-cost"

CITY, SCILLY, CUMBERLAND = "E09000001", "E06000053", "E06000063"
UNRANKED = {CITY, SCILLY}

F = Fraction
TOLERANCE_PCT = F(1, 2)
PROTECTED_RATE = F(95, 100)
SHARE_FOR_SERVICES = F("0.674")
DISABILITY_RATES = (F("0.07"), F("0.155"), F("0.35"))  # 0-17, 18-64, 65+


class UnusableInput(Exception):
    pass


class UnusableResult(Exception):
    pass


# ---------------------------------------------------------------- inputs


class Data:
    """The columns of authorities.csv as exact numbers, in code order."""

    def __init__(self, path):
        if path.is_dir():
            path = path / "authorities.csv"
        try:
            with open(path, newline="", encoding="utf-8-sig") as handle:
                self.rows = list(csv.DictReader(handle))
        except OSError as error:
            raise UnusableInput(f"cannot read {path}: {error.strerror}")
        if not self.rows or "code" not in self.rows[0]:
            raise UnusableInput(f"{path} has no rows or no column named code")
        self.rows.sort(key=lambda row: row["code"])
        self.code = [row["code"] for row in self.rows]
        if len(set(self.code)) != len(self.code):
            raise UnusableInput(f"{path} names a code twice")
        self.name = [row["name"] for row in self.rows]
        self.region = [row["region"] for row in self.rows]
        self.population = self.column("pop_2023")
        self.tax_base = self.column("ct_taxbase_2024_25")
        self.spending_by_part = [
            self.column(part + "_net_2024_25_gbp", self._year_before(part)) for part in ("asc", "csc")
        ]
        self.spending = add(*self.spending_by_part)

    def _year_before(self, part):
        # Cumberland filed no return for 2024-25: its 2023-24 figures stand in. Nobody else's do.
        earlier = part + "_net_2023_24_gbp"
        return lambda row: row[earlier] if row["code"] == CUMBERLAND else ""

    def column(self, name, fill=None, blank_for=()):
        values = []
        for row in self.rows:
            text = row[name].strip()
            if not text and fill:
                text = fill(row).strip()
            if text:
                values.append(F(text))
            elif row["code"] in blank_for:
                values.append(None)
            else:
                raise UnusableInput(f"{name} is blank for {row['name']} ({row['code']})")
        return values

    def __len__(self):
        return len(self.rows)


def add(*columns):
    return [sum(values) for values in zip(*columns)]


def multiply(*columns):
    return [math.prod(values, start=F(1)) for values in zip(*columns)]


def divide(upper, lower):
    return [a / b for a, b in zip(upper, lower)]


def mean(values, weights):
    return sum(v * w for v, w in zip(values, weights)) / sum(weights)


def scaled(values, factor):
    return [v * factor for v in values]


# ---------------------------------------------------------------- need


class Service(NamedTuple):
    name: str
    quantum_share: Fraction
    scores: list
    shares: list  # of the service; they sum to 1


def service(name, quantum_share, scores):
    total = sum(scores)
    return Service(name, F(quantum_share), scores, [score / total for score in scores])


def index(values, clients):
    return scaled(values, 1 / mean(values, clients))  # R1


def regional_pay_index(data):
    pay = data.column("median_gross_annual_pay_2024_gbp", blank_for=UNRANKED)
    regional = {}
    for region in set(data.region):
        members = [
            i
            for i in range(len(data))
            if data.region[i] == region and data.code[i] not in UNRANKED
        ]
        regional[region] = mean([pay[i] for i in members], [data.population[i] for i in members])
    values = [regional[region] for region in data.region]
    return index(values, data.population)  # R2


def standardised_disability(data):
    children = data.column("pop_0_17_2023")
    working_age = data.column("pop_18_64_2023")
    older = data.column("pop_65_plus_2023")
    rate = divide(data.column("disabled_2021"), data.column("residents_2021"))
    expected = add(*(scaled(c, r) for c, r in zip((children, working_age, older), DISABILITY_RATES)))
    ratio = divide(multiply(rate, data.population), expected)
    return index(ratio, expected)


def older_adults(data, age_weights):
    plus_65, plus_75, plus_85 = (data.column(f"pop_{age}_plus_2023") for age in (65, 75, 85))
    young, middle, old = (F(str(weight)) for weight in age_weights)
    return [
        young * (a - b) + middle * (b - c) + old * c for a, b, c in zip(plus_65, plus_75, plus_85)
    ]


def relative_need(clients, basic, top_ups, pay_index, pay_weight):
    """clients x (basic + sum of amount x index) x (1 - w + w x pay index)"""
    basic, pay_weight = F(basic), F(pay_weight)
    per_client = [basic] * len(clients)
    for amount, values in top_ups:
        per_client = add(per_client, scaled(index(values, clients), F(amount)))
    assert basic + sum(F(amount) for amount, _ in top_ups) == 1
    area_cost = [1 - pay_weight + pay_weight * p for p in pay_index]
    return multiply(clients, per_client, area_cost)


def social_care_services(data, carers=False, area_cost=True, age_weights=(1, "2.5", 7)):
    pay = regional_pay_index(data)
    w = (lambda weight: weight) if area_cost else (lambda weight: 0)  # R9
    working_basic = "0.60"
    working_top_ups = [
        ("0.25", data.column("employment_score")),
        ("0.15", standardised_disability(data)),
    ]
    if carers:
        working_basic = "0.50"
        share = divide(
            data.column("unpaid_carers_50h_plus_2021"), data.column("residents_5_plus_2021")
        )
        working_top_ups.append(("0.10", share))
    older = relative_need(
        older_adults(data, age_weights), "0.70", [("0.30", data.column("idaopi"))], pay, w("0.30")
    )
    working = relative_need(
        data.column("pop_18_64_2023"), working_basic, working_top_ups, pay, w("0.30")
    )
    children = relative_need(
        data.column("pop_0_17_2023"), "0.60", [("0.40", data.column("idaci"))], pay, w("0.50")
    )
    return [
        service("Older adults", "0.275", older),
        service("Working-age adults", "0.343", working),
        service("Children", "0.382", children),
    ]


def single_measure(data, name):  # R6
    if name == "council-tax-base":
        return [service(name, 1, data.tax_base)]
    if name == "per-head":
        return [service(name, 1, data.population)]
    if name == "deprivation":
        return [service(name, 1, multiply(data.population, data.column("imd_2025_score")))]
    raise KeyError(name)


# ---------------------------------------------------------------- allocation


class Result(NamedTuple):
    services: list
    need_share: list
    own: list
    quantum: int
    need_amount: list
    target: list
    lower: list  # greatest of the stated floor, in whole pounds, and zero
    floor: Optional[list]
    amount: list
    level: Fraction

    @property
    def funding(self):
        return add(self.amount, self.own)

    def at_bound(self, i):
        return self.amount[i] == self.lower[i]


def nearest_pound(value):
    return math.floor(value + F(1, 2))


def level_up(need, own, lower, quantum):
    """The one k for which the sum of max(lower, k x need - own) is the quantum, found exactly.

    Authority i leaves its lower bound at k = (lower + own) / need. Between two such points
    the sum is a straight line in k, so put them in order and solve on the right piece.
    """
    if sum(lower) > quantum:
        raise UnusableInput("the floors alone need more than the quantum")
    leaves = sorted((F(b + o) / n, i) for i, (n, o, b) in enumerate(zip(need, own, lower)))
    held = F(sum(lower))
    need_above, own_above = F(0), F(0)
    for position, (_, i) in enumerate(leaves):
        held -= lower[i]
        need_above += need[i]
        own_above += own[i]
        level = (quantum - held + own_above) / need_above
        if position + 1 == len(leaves) or level <= leaves[position + 1][0]:
            break
    amount = [max(F(b), level * n - o) for n, o, b in zip(need, own, lower)]
    assert sum(amount) == quantum, "the level does not spend the quantum"
    return amount, level


def own_resources(data):
    requirement = data.column("ct_requirement_area_2024_25_gbp")
    notional_rate = sum(requirement) / sum(data.tax_base)
    return scaled(data.tax_base, notional_rate * SHARE_FOR_SERVICES)


def calculate(data, name, **options):
    """One formula by name; `NAME:no-area-cost` sets w = 0."""
    if name.endswith(NO_AREA_COST):
        name = name[: -len(NO_AREA_COST)]
        options["area_cost"] = False
    if name in FAMILY:
        services = social_care_services(data, carers=name.endswith("-with-carers"), **options)
    else:
        services = single_measure(data, name)
    assert sum(s.quantum_share for s in services) == 1
    need_share = add(*(scaled(s.shares, s.quantum_share) for s in services))
    assert sum(need_share) == 1

    nets = name == "need-net-of-council-tax"
    own = own_resources(data) if nets else [F(0)] * len(data)
    quantum = nearest_pound(sum(data.spending) - sum(own))  # R3
    need_amount = scaled(need_share, quantum + sum(own))
    target = [n - o for n, o in zip(need_amount, own)]
    floor = None
    if name == "social-care-by-need-protected":
        # Lower bounds round up. The guarantee is on funding; own resources are nil here.
        floor = [math.ceil(PROTECTED_RATE * s - o) for s, o in zip(data.spending, own)]
    lower = [max(0, b) for b in floor] if floor else [0] * len(data)
    amount, level = level_up(need_amount, own, lower, quantum)
    if floor is None and min(target) >= 0:
        assert amount == target and level == 1
    return Result(services, need_share, own, quantum, need_amount, target, lower, floor, amount, level)


class Calculated:
    """Every formula, worked out when first asked for."""

    def __init__(self, data):
        self.data = data
        self._known = {}

    def __getitem__(self, name):
        if name not in self._known:
            self._known[name] = calculate(self.data, name)
        return self._known[name]

    def baseline(self, name):
        if name == "spending-today":
            return self.data.spending
        if name == "council-tax-base":
            return self["council-tax-base"].funding
        raise KeyError(name)


def is_known(name):
    plain = name[: -len(NO_AREA_COST)] if name.endswith(NO_AREA_COST) else name
    return plain in ALL


# ---------------------------------------------------------------- measures


def money_moved(one, other):
    return sum(abs(a - b) for a, b in zip(one, other)) / 2


def outcome(change, base):
    if 100 * abs(change) <= TOLERANCE_PCT * base:  # R5
        return "unchanged"
    return "winner" if change > 0 else "loser"


def ranks(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    result = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for position in range(start, end + 1):
            result[order[position]] = (start + end) / 2
        start = end + 1
    return result


def spearman(one, other):
    a, b = ranks(one), ranks(other)
    middle = (len(a) - 1) / 2
    over = sum((x - middle) * (y - middle) for x, y in zip(a, b))
    return over / math.sqrt(
        sum((x - middle) ** 2 for x in a) * sum((y - middle) ** 2 for y in b)
    )


# ---------------------------------------------------------------- headline results


def pounds(value):
    value = nearest_pound(value)
    return f"{'-' if value < 0 else ''}£{abs(value):,}"


def millions(value, sign=False):
    return f"{float(value) / 1e6:{'+' if sign else ''},.1f}"


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def print_summary(data, calculated):
    heading("Quantum, level and money moved (£m), against both baselines")
    print("Winners and losers: funding changes by more than 0.5 per cent. k: level of coverage.")
    baselines = {name: calculated.baseline(name) for name in BASELINES}
    print(
        f"{'formula':<46}{'quantum £':>16}{'k':>10}{'bound':>6}"
        f"{'ctb moved':>12}{'win':>5}{'lose':>5}{'spend moved':>13}{'win':>5}{'lose':>5}"
    )
    names = list(ALL) + [name + NO_AREA_COST for name in FAMILY]
    for name in names:
        result = calculated[name]
        funding = result.funding
        bound = sum(result.at_bound(i) for i in range(len(data)))
        line = f"{name:<46}{result.quantum:>16,}{float(result.level):>10.6f}{bound:>6}"
        for width, base in zip((12, 13), baselines.values()):
            found = [outcome(x - b, b) for x, b in zip(funding, base)]
            moved = money_moved(funding, base)
            line += f"{millions(moved):>{width}}{found.count('winner'):>5}{found.count('loser'):>5}"
        print(line)

    heading("What the area cost adjustment moves: with it against without it (£m)")
    for name in FAMILY:
        moved = money_moved(calculated[name].funding, calculated[name + NO_AREA_COST].funding)
        print(f"{name:<46}{millions(moved):>12}")

    heading("The flagship by service: quantum, and need share per head against the nation's (1 = average)")
    everyone = [p / sum(data.population) for p in data.population]
    ranked = [i for i in range(len(data)) if data.code[i] not in UNRANKED]
    for s in calculated["social-care-by-need"].services:
        ratio = divide(s.shares, everyone)
        low, high = min(ranked, key=lambda i: ratio[i]), max(ranked, key=lambda i: ratio[i])
        part = millions(s.quantum_share * sum(data.spending))
        ends = f"{data.name[low]} {float(ratio[low]):.3f} to {data.name[high]} {float(ratio[high]):.3f}"
        print(f"{s.name:<20} £{part}m   {ends}")


def print_extremes(data, calculated, name, baseline):
    funding, base = calculated[name].funding, calculated.baseline(baseline)
    rows = []
    for i in range(len(data)):
        if data.code[i] not in UNRANKED:
            change = funding[i] - base[i]
            rows.append((change / data.population[i], 100 * change / base[i], change, data.name[i]))
    print(f"\n{name} against {baseline}, City of London and Isles of Scilly left out")
    for label, key in (("per head", 0), ("per cent", 1)):
        ordered = sorted(rows, key=lambda row: row[key])
        for kind, chosen in (("winners", ordered[:-6:-1]), ("losers", ordered[:5])):
            parts = []
            for row in chosen:
                value = f"£{float(row[0]):+,.0f}" if key == 0 else f"{float(row[1]):+.1f}%"
                parts.append(f"{row[3]} {value} (£{float(row[2]) / 1e6:+,.1f}m)")
            tied = sum(row[key] == chosen[-1][key] for row in rows)
            note = f" ({tied} authorities tie here)" if tied > 1 else ""
            print(f"  {kind}, {label}: " + "; ".join(parts) + note)


def print_regions(data, calculated):
    heading("Funding by region (£m)")
    regions = sorted(set(data.region))
    columns = {"spending today": data.spending}
    columns.update({name: calculated[name].funding for name in ALL})
    short = ["spending", "tax base", "per head", "deprivation", "by need", "protected", "net of tax", "carers"]
    print(f"{'':<26}" + "".join(f"{label:>13}" for label in short) + f"{'need-spend':>13}{'need-ctb':>13}")
    for region in regions + ["England"]:
        inside = [i for i in range(len(data)) if region in (data.region[i], "England")]
        inside = inside if region != "England" else range(len(data))
        totals = [sum(column[i] for i in inside) for column in columns.values()]
        print(
            f"{region:<26}"
            + "".join(f"{millions(total):>13}" for total in totals)
            + f"{millions(totals[4] - totals[0], True):>13}{millions(totals[4] - totals[1], True):>13}"
        )


def print_bounds(data, calculated):
    heading("On the floor")
    protected, free = calculated["social-care-by-need-protected"], calculated["social-care-by-need"]
    held = sum(protected.at_bound(i) for i in range(len(data)))
    gains = [a - b for a, b in zip(protected.amount, free.amount) if a > b]
    print(
        f"social-care-by-need-protected: {held} authorities on the 95 per cent floor; it moves"
        f" {pounds(sum(gains))} to {len(gains)} of them.\nThose on no floor get"
        f" {float(100 * (1 - protected.level)):.2f}p in the pound less (k = {float(protected.level):.9f})."
    )
    heading("Negative targets in need-net-of-council-tax, held at zero")
    net = calculated["need-net-of-council-tax"]
    for i in range(len(data)):
        if net.target[i] < 0:
            print(
                f"{data.name[i]:<26} need {pounds(net.need_amount[i]):>14}   own resources"
                f" {pounds(net.own[i]):>14}   target {pounds(net.target[i]):>14}"
            )


def quoted_figures(data, calculated):
    """(what is quoted, quoted figure as text, what is found, agrees or None if it cannot be told)"""
    flagship, net = calculated["social-care-by-need"], calculated["need-net-of-council-tax"]
    carers = calculated["social-care-by-need-with-carers"]
    adults, children = data.spending_by_part
    total = sum(data.spending)
    cumberland = data.code.index(CUMBERLAND)
    imd = data.column("imd_2025_score")
    everyone = range(len(data))
    ranked = [i for i in everyone if data.code[i] not in UNRANKED]

    def pick(values, chosen=ranked):
        return [values[i] for i in chosen]

    yield "authorities", "153", str(len(data)), len(data) == 153
    yield "spending to be met", "£40,869,192,000", pounds(total), total == 40_869_192_000
    without = total - data.spending[cumberland]
    yield "… without Cumberland", "£40.655bn", pounds(without), round(without / 10**6) == 40_655

    part = 100 * sum(children) / total
    yield "children's part of spending", "38.2 %", f"{float(part):.3f} %", round(part, 1) == F("38.2")
    older = 100 * (F("0.504") * F("23.6") - F("3.5")) / (F("23.6") - F("4.7"))
    yield "older people's part of adults'", "44.4 %", f"{float(older):.3f} %", round(older, 1) == F("44.4")
    product = F("0.618") * older / 100
    to_half_per_cent = round(200 * product) / F(200)
    yield "61.8 % of that, rounded (to 0.005)", "0.275", f"{float(product):.5f}", to_half_per_cent == F("0.275")
    shares = [s.quantum_share for s in flagship.services]
    yield "quantum shares sum to", "1", str(float(sum(shares))), sum(shares) == 1
    for variant in (flagship, carers):
        label = "flagship" if variant is flagship else "carers"
        yield f"need shares sum to ({label})", "1", str(sum(variant.need_share)), sum(variant.need_share) == 1

    even = calculate(data, "social-care-by-need", age_weights=(1, 1, 1))  # R7
    moved = money_moved(even.amount, flagship.amount)
    yield "weights 1 : 1 : 1 move", "£165m", pounds(moved), round(moved / 10**6) == 165

    disability = divide(data.column("disabled_2021"), data.column("residents_2021"))
    aged = divide(data.column("pop_65_plus_2023"), data.population)
    rho = spearman(pick(disability), pick(aged))
    yield "Spearman, all-age disability and share 65+, 151", "+0.62", f"{rho:+.4f}", round(rho, 2) == 0.62
    pay = data.column("median_gross_annual_pay_2024_gbp", blank_for=UNRANKED)
    own_pay = index(pick(pay), pick(data.population))
    low, high = float(min(own_pay)), float(max(own_pay))
    yield (
        "pay index of authorities' own residents",
        "0.78–1.47",
        f"{low:.4f}–{high:.4f}",
        (round(low, 2), round(high, 2)) == (0.78, 1.47),
    )
    rho = spearman(own_pay, pick(imd))
    yield "… Spearman with deprivation", "-0.57", f"{rho:+.4f}", round(rho, 2) == -0.57
    city = data.code.index(CITY)
    residents = (data.column("residents_2021")[city], data.population[city])
    found = f"{int(residents[0]):,} and {int(residents[1]):,}"
    yield "City of London, 2021 and 2023", "8,582 and 13,462", found, residents == (8582, 13462)

    agrees = round(F(net.quantum, 10**7)) == 1825
    yield "quantum, need net of council tax", "about £18.25bn", pounds(net.quantum), agrees
    negative = sorted(data.name[i] for i in everyone if net.target[i] < 0)
    four = ["City of London", "Isles of Scilly", "Kensington and Chelsea", "Westminster"]
    yield "negative targets", "; ".join(four), "; ".join(negative), negative == four
    gap = max(abs(n - m) for n, m in zip(add(net.target, net.own), flagship.funding))
    yield "funding if no floor binds, less flagship's", "£0", f"£{float(gap):.6f} at most", gap < 1
    per_head = divide(data.spending, data.population)
    rho = spearman(pick(per_head), pick(imd))
    yield "Spearman, spending per head and deprivation", "about +0.6", f"{rho:+.4f}", round(rho, 1) == 0.6
    apart = [spearman(pick(divide(p, data.population)), pick(imd)) for p in (children, adults)]
    yield (
        "… most of it children's",
        "children's higher",
        f"children's {apart[0]:+.4f}, adults' {apart[1]:+.4f}",
        apart[0] > apart[1],
    )
    base_per_head = divide(data.tax_base, data.population)
    rho = spearman(pick(base_per_head), pick(imd))
    yield "Spearman, tax base per head and deprivation, 151", "-0.83", f"{rho:+.4f}", round(rho, 2) == -0.83
    yield "share for services", "0.674", "all services' outturn needed", None
    yield "regression intervals of the top-ups", "0.38, 0.39, 0.11", "method not fully stated", None
    yield "65+ part, charges (adult social care finance)", "50.4 %, £23.6bn …", "outside publications", None


def print_quoted(data, calculated):
    heading("Quoted figures")
    for what, quoted, found, agrees in quoted_figures(data, calculated):
        verdict = {True: "agrees", False: "DIFFERS", None: "not checked"}[agrees]
        print(f"{verdict:<12}{what:<50} quoted {quoted}; found {found}")


def print_headlines(data, calculated):
    print("Social care by need, England 2024-25: an independent calculation in exact fractions")
    print_summary(data, calculated)
    print_bounds(data, calculated)
    print_regions(data, calculated)
    heading("Largest winners and losers")
    for name in ALL:
        for baseline in BASELINES:
            if name != baseline:
                print_extremes(data, calculated, name, baseline)
    print_quoted(data, calculated)


def print_table(data, calculated, name):
    result = calculated[name]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    fields = ["need_share", "own_resources_gbp", "need_amount_gbp", "target_gbp", "amount_gbp", "at_bound"]
    scores = [f"{kind} {s.name}" for s in result.services for kind in ("score", "share")]
    writer.writerow(["code", "name", "region"] + fields + scores)
    for i in range(len(data)):
        at_bound = "true" if result.at_bound(i) else "false"
        money = [v[i] for v in (result.own, result.need_amount, result.target, result.amount)]
        row = [data.code[i], data.name[i], data.region[i], f"{float(result.need_share[i]):.17g}"]
        row += [f"{float(v):.6f}" for v in money] + [at_bound]
        for s in result.services:
            row += [f"{float(s.scores[i]):.17g}", f"{float(s.shares[i]):.17g}"]
        writer.writerow(row)


# ---------------------------------------------------------------- checking a result folder

SHARE_ERROR = F(1, 10**12)
SCORE_ERROR = F(1, 10**10)  # relative
SHOWN = 8  # failures listed per check


class Checks:
    def __init__(self):
        self.count = {}
        self.failed = {}

    def __call__(self, check, holds, message):
        self.count[check] = self.count.get(check, 0) + 1
        if not holds:
            self.fail(check, message)
        return holds

    def fail(self, check, message):
        self.count.setdefault(check, 0)
        self.failed.setdefault(check, []).append(message)

    def report(self):
        print("Values compared, by check")
        for check, count in self.count.items():
            bad = len(self.failed.get(check, ()))
            print(f"  {'FAILED' if bad else 'ok':<7}{count:>8}  {check}" + (f": {bad} wrong" if bad else ""))
        print(f"  {'':<7}{sum(self.count.values()):>8}  in all")
        for check, messages in self.failed.items():
            print(f"\n{check}")
            for message in messages[:SHOWN]:
                print(f"  {message}")
            if len(messages) > SHOWN:
                print(f"  … and {len(messages) - SHOWN} more")
        print("\nFAILED" if self.failed else "\nAll checks hold.")


def read_table(path, needed):
    try:
        with open(path, newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restval="")
            rows = list(reader)
            header = reader.fieldnames or []
    except OSError as error:
        raise UnusableResult(f"cannot read {path}: {error.strerror}")
    missing = [column for column in needed if column not in header]
    if missing:
        raise UnusableResult(f"{path} has no column " + ", ".join(missing))
    return rows


def number(text):
    """The exact value of a cell, None if it is blank or not a number."""
    try:
        return F(text.strip()) if "/" not in text else None
    except ValueError:
        return None


def decimals(rows, column):
    """Decimals a column is printed to: the longest of its cells decides."""
    most = 0
    for row in rows:
        if number(row[column]) is not None:
            mantissa, _, exponent = row[column].strip().lower().partition("e")
            most = max(most, len(mantissa.partition(".")[2]) - int(exponent or 0))
    return most


COMPARISON_COLUMNS = (
    "formula,baseline,code,name,class,region,population,need_share,own_resources_gbp,"
    "need_amount_gbp,target_gbp,amount_gbp,funding_gbp,funding_per_head_gbp,coverage,"
    "distance_from_target,binding,baseline_gbp,change_gbp,change_pct,change_per_head_gbp,"
    "band_d_equivalent_gbp,outcome"
).split(",")
NEEDS_COLUMNS = "formula,code,service,score,need_share".split(",")
OWN_SIDE = COMPARISON_COLUMNS[3:17]  # the same whatever the baseline
LEAST_DECIMALS = {
    "funding_per_head_gbp": 0,
    "coverage": 4,
    "distance_from_target": 4,
    "change_pct": 1,
    "change_per_head_gbp": 2,
    "band_d_equivalent_gbp": 2,
}


class Against:
    def __init__(self, data, calculated, folder, expected, baselines, aliases):
        self.data, self.calculated = data, calculated
        self.expected, self.baselines, self.aliases = expected, baselines, aliases
        self.check = Checks()
        self.at = {code: i for i, code in enumerate(data.code)}
        self.comparison = read_table(folder / "comparison.csv", COMPARISON_COLUMNS)
        self.needs = read_table(folder / "needs.csv", NEEDS_COLUMNS)
        self.unit = {}  # half a unit of the last decimal printed
        for column, least in LEAST_DECIMALS.items():
            printed = decimals(self.comparison, column)
            self.unit[column] = F(1, 2 * 10**printed)
            message = f"{column}: {printed} decimals, expected {least} or more"
            self.check("decimals printed", printed >= least, message)

    def meaning(self, name):
        known = self.aliases.get(name, name)
        return known if is_known(known) else None

    def run(self):
        by_formula = self.grouped(self.comparison, "comparison.csv")
        needs_by_formula = self.grouped(self.needs, "needs.csv")
        for name, rows in by_formula.items():
            known = self.meaning(name)
            if known is None:
                continue
            by_baseline = {}
            for row in rows:
                by_baseline.setdefault(row["baseline"], []).append(row)
            for baseline in self.baselines:
                message = f"{name}: no rows against {baseline}"
                self.check("every baseline is there", baseline in by_baseline, message)
            first = None
            for baseline, part in by_baseline.items():
                label = f"{name} against {baseline}"
                part = self.complete(part, label)
                if part is None:
                    continue
                if first is None:
                    first = part
                    self.amounts(part, name, self.calculated[known])
                else:
                    self.same_side(part, first, label)
                self.changes(part, baseline, label, self.calculated[known])
        self.baseline_is_the_formula(by_formula)
        for name, rows in needs_by_formula.items():
            known = self.meaning(name)
            if known is not None:
                self.scores(rows, name, known)
        if not self.check.count.get("amounts within £1"):
            self.check.fail("something was compared", "no formula in comparison.csv could be compared")
        if not self.check.count.get("need shares of needs.csv to 1e-12"):
            self.check.fail("something was compared", "no formula in needs.csv could be compared")
        self.check.report()
        return not self.check.failed

    def grouped(self, rows, file):
        found = {}
        for row in rows:
            found.setdefault(row["formula"], []).append(row)
        for name in self.expected:
            self.check(f"expected formulas are in {file}", name in found, f"{name} is absent from {file}")
        unknown = [name for name in found if self.meaning(name) is None]
        if unknown:
            print(f"{file}: not known here, so not checked: {', '.join(unknown)}")
        return found

    def complete(self, rows, label):
        """The rows in code order, if every authority has just one."""
        given = [row["code"] for row in rows]
        codes = sorted(given)
        self.check("rows are in code order", given == codes, label)
        good = self.check(
            "each authority has one row",
            codes == self.data.code,
            f"{label}: {len(rows)} rows for {len(set(codes))} codes, {len(self.data)} expected",
        )
        return sorted(rows, key=lambda row: row["code"]) if good else None

    def close(self, check, label, row, column, wanted, within):
        value = number(row[column])
        holds = value is not None and abs(value - wanted) <= within
        who = f"{label}, {row.get('name', '')} {row['code']}".replace(",  ", ", ")
        self.check(check, holds, f"{who}: {column} is {row[column] or 'blank'}, expected {float(wanted):.17g}")

    def amounts(self, rows, name, result):
        check, data = self.check, self.data
        whole = [number(row["amount_gbp"]) for row in rows]
        if not check("amounts are whole pounds", all(x is not None and x.denominator == 1 for x in whole), name):
            return
        total = sum(whole)
        check(
            "amounts sum to the quantum",
            total == result.quantum,
            f"{name}: {pounds(total)}, the quantum is {pounds(result.quantum)}",
        )
        share_total = sum(number(row["need_share"]) or 0 for row in rows)
        check(
            "need shares of comparison.csv sum to 1",
            abs(share_total - 1) <= SHARE_ERROR,
            f"{name}: {float(share_total):.17g}",
        )
        for i, (row, amount) in enumerate(zip(rows, whole)):
            who = f"{name}, {data.name[i]} {data.code[i]}"
            for column, wanted in (
                ("name", data.name[i]),
                ("region", data.region[i]),
                ("class", data.rows[i]["class"]),
            ):
                check("names, classes and regions", row[column] == wanted, f"{who}: {column} is {row[column]}")
            self.close("populations", name, row, "population", data.population[i], 0)
            check("no amount is negative", amount >= 0, f"{who}: {pounds(amount)}")
            check(
                "amounts within £1",
                abs(amount - result.amount[i]) <= 1,
                f"{who}: {pounds(amount)}, expected £{float(result.amount[i]):,.3f}"
                f" (out by £{float(amount - result.amount[i]):+,.3f})",
            )
            share = result.need_share[i]
            self.close("need shares of comparison.csv to 1e-12", name, row, "need_share", share, SHARE_ERROR)
            self.close("own resources within £1", name, row, "own_resources_gbp", result.own[i], 1)
            self.close("need amounts within £1", name, row, "need_amount_gbp", result.need_amount[i], 1)
            self.close("targets within £1", name, row, "target_gbp", result.target[i], 1)
            self.close("funding within £1", name, row, "funding_gbp", result.amount[i] + result.own[i], 1)
            own, funding = number(row["own_resources_gbp"]), number(row["funding_gbp"])
            if own is not None and funding is not None:
                # Amount is whole; own resources are shown rounded, so the sum may differ by that.
                check(
                    "funding is amount plus own resources",
                    abs(funding - amount - own) <= (1 if result.own[i] else 0),
                    f"{who}: {row['amount_gbp']} + {row['own_resources_gbp']} is not {row['funding_gbp']}",
                )
                self.close(
                    "funding per head",
                    name,
                    row,
                    "funding_per_head_gbp",
                    (amount + result.own[i]) / data.population[i],
                    self.unit["funding_per_head_gbp"] + 1 / data.population[i],
                )
            need, target = result.need_amount[i], result.target[i]
            coverage = (result.amount[i] + result.own[i]) / need
            self.close("coverage", name, row, "coverage", coverage, self.unit["coverage"] + 2 * (1 + coverage) / need)
            if target > 0:
                ratio = result.amount[i] / target
                within = self.unit["distance_from_target"] + 2 * (1 + ratio) / target
                self.close("distance from target", name, row, "distance_from_target", ratio - 1, within)
            else:
                blank = row["distance_from_target"].strip() == ""
                check("distance from target", blank, f"{who}: {row['distance_from_target']}, expected blank")
            self.binding(row, who, amount, i, result)

    def binding(self, row, who, amount, i, result):
        check = self.check
        names = [part.strip() for part in row["binding"].split(";") if part.strip()]
        lower, real = result.lower[i], result.amount[i]
        for part in names:
            if part == "zero":
                check("binding: zero means nothing", amount == 0, f"{who}: zero, but gets {pounds(amount)}")
                continue
            at = result.floor is not None and abs(amount - result.floor[i]) <= 1
            wanted = "there is no guarantee" if result.floor is None else f"the bound is {pounds(result.floor[i])}"
            check("binding: a named guarantee is at its bound", at, f"{who}: {part}, gets {pounds(amount)}, {wanted}")
        if not names:
            # A real amount a fraction of a pound above its bound may round to the bound.
            above = amount > lower or lower < real < lower + 1
            check("binding: blank means above every bound", above, f"{who}: blank, but {pounds(amount)} is the bound")
        if real == lower:
            message = f"{who}: at its bound {pounds(lower)}, none named"
            check("binding: named where the bound holds", bool(names), message)

    def same_side(self, rows, first, label):
        for row, other in zip(rows, first):
            different = [c for c in OWN_SIDE if row[c] != other[c]]
            self.check(
                "the same allocation against every baseline",
                not different,
                f"{label}, {row['code']}: {', '.join(different)} differ from {other['baseline']}",
            )

    def changes(self, rows, baseline, label, result):
        check, data = self.check, self.data
        try:
            own_baseline = self.calculated.baseline(baseline)
        except KeyError:
            own_baseline = None
        for i, row in enumerate(rows):
            who = f"{label}, {data.name[i]} {data.code[i]}"
            if own_baseline:
                self.close("baselines within £1", label, row, "baseline_gbp", own_baseline[i], 1)
            funding, base, change = (number(row[c]) for c in ("funding_gbp", "baseline_gbp", "change_gbp"))
            if not check("changes are there", None not in (funding, base, change), f"{who}: a blank cell"):
                continue
            check(
                "change is funding less baseline",
                change == funding - base,
                f"{who}: {row['funding_gbp']} - {row['baseline_gbp']} is not {row['change_gbp']}",
            )
            self.derived("change per cent", label, row, "change_pct", 100 * change / base if base else None)
            self.derived("change per head", label, row, "change_per_head_gbp", change / data.population[i])
            self.derived("Band D equivalent", label, row, "band_d_equivalent_gbp", change / data.tax_base[i])
            wanted = outcome(change, base)
            check(
                "outcome at 0.5 per cent",
                row["outcome"] == wanted,
                f"{who}: {row['outcome'] or 'blank'}, but {row['change_gbp']} on {row['baseline_gbp']} is {wanted}",
            )
            if own_baseline:
                real_change = result.amount[i] + result.own[i] - own_baseline[i]
                edge = abs(100 * abs(real_change) - TOLERANCE_PCT * own_baseline[i]) <= 300  # £3 from the edge
                if not edge:
                    wanted = outcome(real_change, own_baseline[i])
                    message = f"{who}: {row['outcome']}, expected {wanted}"
                    check("outcome as calculated here", row["outcome"] == wanted, message)

    def derived(self, name, label, row, column, wanted):
        if wanted is None:
            self.check(name, not row[column].strip(), f"{label}, {row['code']}: expected blank")
            return
        # A column printed in full carries the error of a double.
        self.close(name, label, row, column, wanted, max(self.unit[column], abs(wanted) / 10**12))

    def baseline_is_the_formula(self, by_formula):
        """The named baseline council-tax-base is that formula's own allocation, to the pound."""
        name = "council-tax-base"
        given = {row["code"]: number(row["funding_gbp"]) for row in by_formula.get(name, ())}
        check = "baseline council-tax-base is that formula's allocation"
        for row in self.comparison:
            wanted = given.get(row["code"])
            if row["baseline"] == name and wanted is not None:
                self.close(check, f"{row['formula']} against {name}", row, "baseline_gbp", wanted, 0)

    def scores(self, rows, name, known):
        result = self.calculated[known]
        by_service = {}
        for row in rows:
            by_service.setdefault(row["service"], []).append(row)
        wanted = {s.name: s for s in result.services}
        if len(result.services) == 1:
            one = len(by_service) == 1
            wanted = {next(iter(by_service)): result.services[0]}
            message = f"{name}: {len(by_service)} services, expected one"
        else:
            one = set(by_service) == set(wanted)
            message = f"{name}: {', '.join(sorted(by_service))}"
        if not self.check("services are the ones expected", one, message):
            return
        for service_name, part in by_service.items():
            label = f"{name}, {service_name}"
            part = self.complete(part, label + " in needs.csv")
            if part is None:
                continue
            expected = wanted[service_name]
            printed = [(number(row["score"]), number(row["need_share"])) for row in part]
            filled = all(None not in pair for pair in printed)
            if not self.check("scores and shares are there", filled, f"{label}: a blank cell"):
                continue
            total = sum(share for _, share in printed)
            self.check(
                "need shares of needs.csv sum to 1 in each service",
                abs(total - 1) <= SHARE_ERROR,
                f"{label}: {float(total):.17g}",
            )
            score_total = sum(score for score, _ in printed)
            for i, row in enumerate(part):
                wanted_share = expected.shares[i]
                self.close("need shares of needs.csv to 1e-12", label, row, "need_share", wanted_share, SHARE_ERROR)
                score, share = printed[i]
                implied = score / score_total if score_total > 0 else F(0)
                self.check(
                    "need share is score over the sum of scores, to 1e-12",
                    abs(implied - share) <= SHARE_ERROR,
                    f"{label}, {row['code']}: score {row['score']} gives {float(implied):.17g},"
                    f" not {row['need_share']}",
                )
                if len(result.services) > 1:
                    # Single measures may be scaled: only their shares are laid down.
                    within = expected.scores[i] * SCORE_ERROR
                    self.close("scores to ten digits", label, row, "score", expected.scores[i], within)


# ---------------------------------------------------------------- command line


def names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--inputs",
        type=Path,
        default=ROOT / "inputs" / "england-2024" / "authorities.csv",
        help="authorities.csv or its folder (default: inputs/england-2024)",
    )
    parser.add_argument("--against", type=Path, metavar="DIR", help="a result folder of `needshare compare`")
    parser.add_argument(
        "--formulas",
        default=",".join(SIX),
        metavar="A,B",
        help="formulas DIR must hold (default: the six compared by default)",
    )
    parser.add_argument(
        "--baselines",
        default=",".join(BASELINES),
        metavar="A,B",
        help="baselines DIR must hold (default: both)",
    )
    parser.add_argument(
        "--alias",
        action="append",
        default=[],
        metavar="NAME=KNOWN",
        help=f"a formula in DIR that is a known one under another name; KNOWN may end in {NO_AREA_COST}",
    )
    parser.add_argument("--table", metavar="FORMULA", help=f"print one formula as CSV; it may end in {NO_AREA_COST}")
    options = parser.parse_args()

    aliases = {}
    for pair in options.alias:
        name, _, known = pair.partition("=")
        if not name or not is_known(known):
            parser.error(f"--alias {pair}: {known or 'nothing'} is not a known formula")
        aliases[name] = known
    expected = names(options.formulas)
    for name in expected:
        if not is_known(aliases.get(name, name)):
            parser.error(f"--formulas: {name} is not a known formula")
    if options.table and not is_known(options.table):
        parser.error(f"--table: {options.table} is not one of {', '.join(ALL)}")

    try:
        data = Data(options.inputs)
        calculated = Calculated(data)
        if options.against:
            baselines = names(options.baselines)
            against = Against(data, calculated, options.against, expected, baselines, aliases)
            return 0 if against.run() else 1
        if options.table:
            print_table(data, calculated, options.table)
        else:
            print_headlines(data, calculated)
    except UnusableResult as error:
        print(f"FAILED: nothing could be compared: {error}", file=sys.stderr)
        return 1
    except UnusableInput as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, `head` say, has had enough
        sys.stderr.close()
        return 0
    except KeyError as error:
        print(f"no column named {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
