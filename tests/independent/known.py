#!/usr/bin/env python3
"""Real grant systems computed again from our own tables, with no code of the program.

It works from the rules as written here and from the tables of the data packages in inputs alone, in exact fractions; the
one logarithm is taken to 50 digits. Python 3.11, standard library only.

    python3 tests/independent/known.py                      every system against its published results
    python3 tests/independent/known.py --system NAME        one of them
    python3 tests/independent/known.py --system NAME --against FILE.csv --column COLUMN [--value VALUE] [--within X]
                                                            a file's column, by `code`, against what is computed here

A system is named as its package is. --value picks what is compared with (the first listed is the default):

    western-australia-2024-25, england-rsg-2017-18, south-australia-2024-25, tasmania-2024-25, northern-territory-2024-25
                                          amount
    nhs-icb-core-2023-24, nhs-icb-primary-medical-2023-24
                                          allocation, convergence
    illinois-ebf-2022                     new_money, tier, tier1, tier2_gap, tier2_step1, tier2_step2, tier2, tier3, tier4,
                                          gross, net, adequacy_target
    france-dsu-2022                       amount, index, rank, score, rise, kept_or_new, guarantee
    france-dotation-forfaitaire-2018      amount, population_part, levy, excess
    brazil-fundeb-2024-states             complement
    brazil-fundeb-2024-entities           revenue

Without --against it prints how the published results are met, and what does not match. Rules marked "inferred" were
found from the figures and are not quoted from the publisher.

Exit codes: 0 all well; 1 something claimed here does not hold, a file could not be read or nothing was compared; 2 usage.
"""

import argparse
import math
import sys
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal, getcontext
from fractions import Fraction

import systems
from systems import TABLES, Failed, by_code, listed, read_rows, solve

getcontext().prec = 50
HALF = Fraction(1, 2)
CENT = Fraction(1, 100)
MILLIONTH = Fraction(1, 1_000_000)


@dataclass
class Outcome:
    """What a system comes to here, and what was found about the published results."""

    title: str
    within: Fraction  # greatest difference allowed in a file, unless stated otherwise
    names: dict  # code -> name for messages
    computed: dict = field(default_factory=dict)  # value -> {code: Fraction}; the first is the main one
    lines: list = field(default_factory=list)
    broken: list = field(default_factory=list)

    def label(self, code):
        return f"{code} {self.names.get(code, '')}".strip()

    def claim(self, holds, what):
        """A line to print; one that does not hold fails the system."""
        self.lines.append(("" if holds else "DOES NOT HOLD: ") + what)
        if not holds:
            self.broken.append(what)

    def meets(self, value, official, within, apart=(), among=None):
        """Claims that a computed value is the published one within a limit, but for the codes named as apart."""
        mine = self.computed[value]
        codes = sorted(official if among is None else among)
        if not codes:
            raise Failed(f"{value}: nothing to compare")
        off = {code: abs(mine[code] - official[code]) for code in codes}
        exact = sum(difference == 0 for difference in off.values())
        inside = [code for code in codes if code not in apart]
        greatest = max((off[code] for code in inside), default=Fraction(0))
        beyond = {code for code in codes if off[code] > within}
        limit = "exact" if within == 0 else f"within {float(within):g}"
        self.claim(
            beyond == set(apart),
            f"{value}: {len(codes) - len(beyond)} of {len(codes)} {limit}"
            + (f", {exact} exact, greatest difference {float(greatest):.6g}" if within else "")
            + (f"; apart: {', '.join(sorted(apart))}" if apart else "")
            + (f"; not as expected: {', '.join(sorted(beyond ^ set(apart))[:10])}" if beyond != set(apart) else ""),
        )
        for code in sorted(beyond)[:20]:
            self.lines.append(
                f"  {self.label(code)}: {float(mine[code]):.10g} here, {float(official[code]):.10g} published"
            )


def load(package, table, columns):
    """Rows of a package's table by code, and the named columns as {column: {code: Fraction or None where blank}}."""
    path = TABLES / package / table
    rows = by_code(read_rows(path, ["code", *columns]), path)
    if not rows:
        raise Failed(f"{path}: no rows")
    numbers = {}
    for column in columns:
        numbers[column] = {}
        for code, row in rows.items():
            text = row[column].strip()
            try:
                numbers[column][code] = Fraction(text) if text else None
            except ValueError:
                raise Failed(f"{path}: {code}: {column} is {text!r}, not a number") from None
    return rows, numbers


def half_up(number, step=Fraction(1)):
    """The nearest multiple of a step, halves up (towards plus infinity)."""
    return math.floor(Fraction(number) / step + HALF) * step


def cut_down(number, step=Fraction(1)):
    """The multiple of a step at or below a number."""
    return math.floor(Fraction(number) / step) * step


# --- Australia and England, by systems.py ------------------------------------------------------------------------


def from_systems(name):
    case = systems.SYSTEMS[name]()
    outcome = Outcome(case.title, Fraction(1), case.names)
    amounts, _ = solve(case.least, case.need, case.own, case.pot)
    outcome.computed["amount"] = amounts
    outcome.lines += systems.check_official(case)
    return outcome


@dataclass
class InPart:
    """How far a state follows the floor and the one part of the gap."""

    councils: int
    pot: int  # A$
    floor: Fraction | None  # A$ a head; None: 0.3 × pot ÷ population
    at_floor: int  # councils there, within A$2
    share: Fraction  # of the gap
    at_share: int  # councils there, within `near`
    near: Fraction = MILLIONTH


def australian_state(package, title, part):
    """A state that follows Western Australia's rule in part: how far is counted, and no more is claimed."""
    rows, numbers = load(package, "councils.csv", ["population", "funding_gap_aud", "official_grant_aud"])
    people, gap, grant = numbers["population"], numbers["funding_gap_aud"], numbers["official_grant_aud"]
    outcome = Outcome(title, Fraction(1), {code: row["name"] for code, row in rows.items()})
    outcome.claim(len(rows) == part.councils, f"{len(rows)} councils")
    outcome.claim(sum(grant.values()) == part.pot, f"published grants sum to A${int(sum(grant.values())):,}")
    per_head = Fraction(3, 10) * part.pot / sum(people.values())
    least = {code: per_head * people[code] for code in rows}
    need = {code: max(Fraction(0), gap[code]) for code in rows}
    amounts, k = solve(least, need, dict.fromkeys(rows, Fraction(0)), part.pot)
    outcome.computed["amount"] = amounts
    floor = per_head if part.floor is None else part.floor
    held = sum(abs(grant[code] - floor * people[code]) <= 2 for code in rows)
    outcome.claim(held == part.at_floor, f"{held} councils at A${float(floor):.4f} a head, within A$2")
    shared = sum(gap[code] > 0 and abs(grant[code] / gap[code] - part.share) <= part.near for code in rows)
    outcome.claim(
        shared == part.at_share, f"{shared} councils at {float(part.share)} of their gap, within {float(part.near):g}"
    )
    near = sum(abs(amounts[code] - grant[code]) <= 1 for code in rows)
    outcome.lines.append(
        f"30 % floor (A${float(per_head):.4f} a head) and one k = {float(k):.6f} for the rest give {near} of {len(rows)} "
        "within A$1: it is not this state's rule"
    )
    return outcome


# --- NHS England -------------------------------------------------------------------------------------------------


def nhs(package, title, below, most_up, most_down):
    """Pace of change: x is the distance from target; `below` is the part of it that is closed in a year (inferred)."""
    columns = [
        "baseline_gbp", "opening_target_gbp", "closing_target_gbp", "base_growth", "official_convergence",
        "official_allocation_gbp", "official_closing_distance_from_target", "opening_distance_from_target",
    ]  # fmt: skip
    rows, of = load(package, "boards.csv", columns)
    outcome = Outcome(title, Fraction(0), {code: row["name"] for code, row in rows.items()})
    outcome.claim(len(rows) == 42, f"{len(rows)} boards")
    convergence, allocation = {}, {}
    for code in rows:
        x = of["baseline_gbp"][code] / of["opening_target_gbp"][code] - 1
        convergence[code] = min(most_up, -x * below) if x < 0 else max(-most_down, -x)
        grown = of["baseline_gbp"][code] * (1 + of["base_growth"][code])
        allocation[code] = half_up(grown * (1 + convergence[code]), Fraction(1000))
    outcome.computed = {"allocation": allocation, "convergence": convergence}
    outcome.meets("convergence", of["official_convergence"], Fraction(5, 10**9))
    outcome.meets("allocation", of["official_allocation_gbp"], Fraction(0))
    growth = max(
        abs(of["closing_target_gbp"][code] / of["opening_target_gbp"][code] - 1 - of["base_growth"][code]) for code in rows
    )
    outcome.claim(growth < Fraction(1, 10**10), f"base growth is closing ÷ opening target − 1 within {float(growth):.1g}")
    closing = max(
        abs(allocation[code] / of["closing_target_gbp"][code] - 1 - of["official_closing_distance_from_target"][code])
        for code in rows
    )
    outcome.claim(closing < Fraction(1, 10**10), f"closing distance within {float(closing):.1g}")
    return outcome


def nhs_core():
    outcome = nhs(
        "nhs-icb-core-2023-24", "NHS England, core allocations 2023-24", Fraction(1, 15), Fraction("0.002"), Fraction("0.0071")
    )
    rows, of = load("nhs-icb-core-2023-24", "boards.csv", ["need_share", "closing_target_gbp"])
    target = max(abs(of["need_share"][code] * 98_512_855_664 - of["closing_target_gbp"][code]) for code in rows)
    outcome.claim(target < 2 * CENT, f"closing target is share of need × £98,512,855,664 within £{float(target):.3f}")
    return outcome


def nhs_primary_medical():
    return nhs(
        "nhs-icb-primary-medical-2023-24", "NHS England, primary medical allocations 2023-24",
        Fraction(1, 4), Fraction("0.01"), Fraction("0.0038"),
    )  # fmt: skip


# --- Illinois ----------------------------------------------------------------------------------------------------


def water_level(capacity, held, pot):
    """The level r with Σ max(0, r × capacity − held) = pot. Exact."""
    order = sorted(capacity, key=lambda code: held[code] / capacity[code])
    below_capacity = below_held = Fraction(0)
    for position, code in enumerate(order):
        below_capacity += capacity[code]
        below_held += held[code]
        level = (pot + below_held) / below_capacity
        following = order[position + 1] if position + 1 < len(order) else None
        if following is None or level <= held[following] / capacity[following]:
            return level
    raise Failed("no level makes the amounts sum to the pot")


def illinois():
    columns = {
        "students": "ase_students", "core": "core_investment_usd", "cwi": "per_student_cwi_usd",
        "additional": "additional_investment_usd", "nocwi": "per_student_nocwi_usd", "factor": "region_factor",
        "FAT": "final_adequacy_target_usd", "FR": "final_resources_usd", "L": "local_capacity_ratio_recovered",
        "kept": "base_funding_minimum_gross_usd", "adjustment": "official_adjustment_usd",
    }  # fmt: skip
    published = {
        "new_money": "official_new_tier_funding_usd", "tier": "official_tier", "tier1": "official_tier1_usd",
        "tier2_gap": "official_tier2_gap_usd", "tier2_step1": "official_tier2_step1_usd",
        "tier2_step2": "official_tier2_step2_usd", "tier2": "official_tier2_final_usd", "tier3": "official_tier3_usd",
        "tier4": "official_tier4_usd", "gross": "official_gross_contribution_usd", "net": "official_net_contribution_usd",
    }  # fmt: skip
    rows, numbers = load("illinois-ebf-2022", "districts.csv", [*columns.values(), *published.values()])
    of = {name: numbers[column] for name, column in columns.items()}
    official = {name: numbers[column] for name, column in published.items()}
    names = {code: row["name"] for code, row in rows.items()}
    outcome = Outcome("Illinois, Evidence-Based Funding, fiscal year 2022", CENT / 2, names)
    outcome.claim(len(rows) == 922, f"{len(rows)} districts")
    pot = {1: 150_000_000, 2: 147_000_000, 3: 2_700_000, 4: 300_000}
    rate, target2 = Fraction(3, 10), Fraction(9, 10)
    target = {
        code: cut_down(
            (of["core"][code] + of["cwi"][code] + of["additional"][code]) * of["factor"][code] + of["nocwi"][code], CENT
        )
        for code in rows
    }
    outcome.claim(target == of["FAT"], "adequacy targets are the sum of their parts cut down to the cent, all of them")
    adequacy = {code: of["FR"][code] / target[code] for code in rows}
    ratio = water_level(target, of["FR"], pot[1] / rate)
    off = abs(ratio - Fraction("0.6848496650223672"))
    outcome.claim(
        off < Fraction(1, 10**11), f"tier 1 target ratio {float(ratio):.15f}, {float(off):.1g} from the published one"
    )
    tier = {
        code: 1 if level < ratio else 2 if level < target2 else 3 if level < 1 else 4 for code, level in adequacy.items()
    }
    members = {n: [code for code in rows if tier[code] == n] for n in pot}
    nothing = dict.fromkeys(rows, Fraction(0))
    tier1 = nothing | {code: rate * (ratio * target[code] - of["FR"][code]) for code in members[1]}
    gap = dict(nothing)
    for code in members[1] + members[2]:
        if of["L"][code] is None:
            raise Failed(f"{code}: no local capacity ratio in tier {tier[code]}")
        gap[code] = (target2 * target[code] - of["FR"][code] - tier1[code]) * (1 - of["L"][code])
    step1 = {code: gap[code] * pot[2] / sum(gap.values()) for code in rows}
    tier3, tier4 = (
        nothing | {code: target[code] * pot[n] / sum(target[m] for m in members[n]) for code in members[n]} for n in (3, 4)
    )
    per_student = max(tier3[code] / of["students"][code] for code in members[3])
    step2 = step1 | {code: max(step1[code], per_student * of["students"][code]) for code in members[2]}
    tier2 = {code: step2[code] * pot[2] / sum(step2.values()) for code in rows}
    money = {code: cut_down(tier1[code] + tier2[code] + tier3[code] + tier4[code], CENT) for code in rows}
    gross = {code: money[code] + of["kept"][code] for code in rows}
    outcome.computed = {
        "new_money": money, "tier": {code: Fraction(n) for code, n in tier.items()}, "tier1": tier1, "tier2_gap": gap,
        "tier2_step1": step1, "tier2_step2": step2, "tier2": tier2, "tier3": tier3, "tier4": tier4, "gross": gross,
        "net": {code: gross[code] + of["adjustment"][code] for code in rows}, "adequacy_target": target,
    }  # fmt: skip
    raised = sum(step2[code] > step1[code] for code in rows)
    outcome.lines.append(
        "tiers " + ", ".join(f"{n}: {len(members[n])}" for n in pot)
        + f"; greatest tier 3 amount per student ${float(per_student):.8f}; {raised} districts of tier 2 raised to it"
    )  # fmt: skip
    for value, within in [
        ("tier", 0), ("tier1", Fraction(5, 10**5)), ("tier2_gap", Fraction(5, 10**5)), ("tier2_step1", Fraction(3, 10**4)),
        ("tier2_step2", Fraction(3, 10**4)), ("tier2", Fraction(3, 10**4)), ("tier3", Fraction(5, 10**5)),
        ("tier4", Fraction(5, 10**5)), ("new_money", 0), ("gross", 0), ("net", 0),
    ]:  # fmt: skip
        outcome.meets(value, official[value], Fraction(within))
    outcome.claim(sum(money.values()) == Fraction("299999995.51"), f"new money sums to ${float(sum(money.values())):,.2f}")
    # What floating point may spoil: how near a whole cent any amount is before it is cut down.
    edge = min(
        min(x % 1, 1 - x % 1) for x in ((tier1[c] + tier2[c] + tier3[c] + tier4[c]) * 100 for c in rows)
    )  # fmt: skip
    outcome.lines.append(f"before it is cut down, no amount is nearer a whole cent than {float(edge):.2g} of a cent")
    return outcome


# --- France: dotation de solidarité urbaine ----------------------------------------------------------------------

DSU_ELIGIBLE = {"10000_and_over": 700, "5000_to_9999": 126}  # two thirds of 1,050; a tenth of 1,255, rounded up
DSU_RISE = 80_195_400
DSU_MOST_RISE = 4_000_000
TRANCHE_SUR_MER, SAINT_LOUBES = "85294", "33433"


def level_of_rounded(scores, pot):
    """The v at which the amounts v × score, each rounded half up, sum to the pot; they are then the same for any such v."""
    low, high = Fraction(0), 2 * pot / sum(scores)
    for _ in range(100):
        middle = (low + high) / 2
        middle = Fraction(math.floor(middle * 2**80), 2**80)
        total = sum(half_up(middle * score) for score in scores)
        if total == pot:
            return middle
        low, high = (middle, high) if total < pot else (low, middle)
    raise Failed("no v makes the rounded rises sum to the pot")


@dataclass
class Steps:
    """What the numbers on the way are rounded to, or None (inferred: the published index tells)."""

    index: Fraction | None  # averages of the group, a commune's shares, and the index itself
    coefficients: Fraction | None  # the three coefficients of the score


def at_step(number, step):
    return half_up(number, step) if step else number


def dsu_scores(of, codes, eligible, steps):
    """Index, rank and score of one group's communes."""

    def at(number):
        return at_step(number, steps.index)

    def total(column):
        return sum(of[column][code] for code in codes)

    potential = at(total("financial_potential_eur") / total("pop_dgf_2022"))
    social = at(total("social_dwellings") / total("dwellings"))
    aid = at(total("housing_aid_beneficiaries") / total("dwellings"))
    income = at(total("taxable_income_eur") / total("pop_insee_2022"))
    index = {}
    for code in codes:
        own_potential = of["financial_potential_eur"][code] / of["pop_dgf_2022"][code]
        own_income = of["taxable_income_eur"][code] / of["pop_insee_2022"][code]
        own_social = at(of["social_dwellings"][code] / of["dwellings"][code])
        own_aid = at(of["housing_aid_beneficiaries"][code] / of["dwellings"][code])
        index[code] = at(
            Fraction("0.30") * potential / own_potential + Fraction("0.15") * own_social / social
            + Fraction("0.30") * own_aid / aid + Fraction("0.25") * income / own_income
        )  # fmt: skip
        if own_potential >= Fraction("2.5") * potential:
            index[code] = Fraction(0)
    # Equal indices share the better rank, and the next is skipped.
    first = {}
    for place, number in enumerate(sorted(index.values(), reverse=True), 1):
        first.setdefault(number, place)
    rank = {code: Fraction(first[index[code]]) for code in codes}
    score = {}
    for code in codes:
        score[code] = Fraction(0)
        if rank[code] <= eligible:
            people = of["pop_insee_2022"][code]
            k = at_step(4 - Fraction("3.5") * (rank[code] - 1) / (eligible - 1), steps.coefficients)
            quarters = at_step(1 + 2 * of["pop_priority_quarters"][code] / people, steps.coefficients)
            zones = at_step(1 + of["pop_free_zones"][code] / people, steps.coefficients)
            effort = min(of["fiscal_effort"][code], Fraction("1.3"))
            score[code] = index[code] * of["pop_dgf_2022"][code] * k * effort * quarters * zones
    return index, rank, score


def dsu():
    columns = [
        "pop_dgf_2022", "pop_insee_2022", "financial_potential_eur", "fiscal_effort", "dwellings", "social_dwellings",
        "housing_aid_beneficiaries", "taxable_income_eur", "pop_priority_quarters", "pop_free_zones", "dsu_2021_eur",
        "kept_from_2021_derived_eur", "eligible_2021_derived", "multi_year_guarantee_derived", "official_index",
        "official_rank", "official_spontaneous_eur", "official_progression_eur", "official_guarantee_eur",
        "official_dsu_2022_eur",
    ]  # fmt: skip
    rows, of = load("france-dsu-2022", "communes.csv", columns)
    outcome = Outcome("France, dotation de solidarité urbaine 2022", Fraction(1), {c: r["name"] for c, r in rows.items()})
    groups = {name: [code for code, row in rows.items() if row["group"] == name] for name in DSU_ELIGIBLE}
    sizes = {name: len(codes) for name, codes in groups.items()}
    outcome.claim(
        len(rows) == 2314 and sizes == {"10000_and_over": 1050, "5000_to_9999": 1255},
        f"{len(rows)} communes, {sizes['10000_and_over']} and {sizes['5000_to_9999']} in the two groups",
    )
    outcome.claim(
        list(DSU_ELIGIBLE.values()) == [sizes["10000_and_over"] * 2 // 3, math.ceil(sizes["5000_to_9999"] / 10)],
        "700 and 126 are two thirds, and a tenth rounded up",
    )
    was_eligible = {code for code in rows if of["eligible_2021_derived"][code] == 1}
    several_years = {code for code in rows if of["multi_year_guarantee_derived"][code] == 1}
    nothing = dict.fromkeys(rows, Fraction(0))
    # The last of the three is the rule; the others show what each rounding is worth.
    for steps in (Steps(None, None), Steps(MILLIONTH, None), Steps(MILLIONTH, MILLIONTH)):
        index, rank, score = dict(nothing), dict(nothing), dict(nothing)
        for name, codes in groups.items():
            for into, part in zip((index, rank, score), dsu_scores(of, codes, DSU_ELIGIBLE[name], steps)):
                into.update(part)
        eligible = {code for code in rows if score[code] > 0}
        old, new = eligible & was_eligible, eligible - was_eligible
        rise, first_amount = dict(nothing), dict(nothing)  # before rounding
        people_old = sum(of["pop_dgf_2022"][code] for code in old)
        pots, averages = {}, {}
        for name, codes in groups.items():
            mine = [code for code in codes if code in old]
            pots[name] = half_up(DSU_RISE * sum(of["pop_dgf_2022"][code] for code in mine) / people_old)
            total = sum(score[code] for code in mine)
            averages[name] = sum(of["kept_from_2021_derived_eur"][code] for code in mine) / total
            for code in mine:
                rise[code] = pots[name] / total * score[code]
            for code in codes:
                if code in new:
                    first_amount[code] = averages[name] * score[code]
        outcome.computed = {"index": index, "rank": rank, "rise": rise, "kept_or_new": first_amount}
        if steps.index is None:
            outcome.lines.append("with nothing rounded:")
            outcome.meets("index", of["official_index"], Fraction(6, 10**6))
            wrong = sorted(code for code in rows if rank[code] != of["official_rank"][code])
            far = max((abs(rise[code] - of["official_progression_eur"][code]), code) for code in old)
            outcome.lines.append(
                f"ranks not as published: {', '.join(wrong)}; "
                f"rise of {outcome.label(far[1])} out by €{float(far[0]):.2f}"
            )
        elif steps.coefficients is None:
            outcome.lines.append("with averages, shares and the index to six decimals:")
            outcome.meets("rise", of["official_progression_eur"], Fraction("1.04"), among=old)
            outcome.meets("kept_or_new", of["official_spontaneous_eur"], Fraction("1.16"), among=new)
    outcome.lines.append("with the three coefficients to six decimals too:")
    outcome.claim(
        pots == {"10000_and_over": 77_509_225, "5000_to_9999": 2_686_175},
        "pots " + ", ".join(f"€{int(pot):,}" for pot in pots.values()),
    )
    outcome.meets("rise", of["official_progression_eur"], Fraction("0.53"), among=old)
    outcome.meets("kept_or_new", of["official_spontaneous_eur"], Fraction("0.51"), apart=[SAINT_LOUBES], among=new)
    first_amount = {code: half_up(number) for code, number in first_amount.items()}
    for name, codes in groups.items():
        mine = [code for code in codes if code in old]
        v = level_of_rounded([score[code] for code in mine], pots[name])
        unrounded = pots[name] / sum(score[code] for code in mine)
        for code in mine:
            rise[code] = min(half_up(v * score[code]), Fraction(DSU_MOST_RISE))
        outcome.lines.append(
            f"{name}: v = {float(v):.9f} so that rounded rises sum to the pot (before rounding {float(unrounded):.9f}), "
            f"w = {float(averages[name]):.6f}; {len(mine)} eligible already, {sum(code in new for code in codes)} new"
        )
    outcome.lines.append("and amounts to the euro:")
    guarantee, kept = dict(nothing), dict(nothing)
    for code in rows:
        if code in several_years:
            guarantee[code] = of["official_guarantee_eur"][code]
        elif code not in eligible and code in was_eligible:
            guarantee[code] = half_up(of["dsu_2021_eur"][code] / 2)
        kept[code] = of["kept_from_2021_derived_eur"][code] if code in old else first_amount[code]
    outcome.computed = {
        "amount": {code: kept[code] + rise[code] + guarantee[code] for code in rows},
        "index": index, "rank": rank, "score": score, "rise": rise, "kept_or_new": kept, "guarantee": guarantee,
    }  # fmt: skip
    outcome.meets("index", of["official_index"], Fraction(0), apart=[TRANCHE_SUR_MER])
    outcome.meets("rank", of["official_rank"], Fraction(0))
    outcome.meets("rise", of["official_progression_eur"], Fraction(0))
    outcome.meets("kept_or_new", of["official_spontaneous_eur"], Fraction(0), apart=[SAINT_LOUBES], among=new)
    outcome.meets("guarantee", of["official_guarantee_eur"], Fraction(0))
    outcome.meets("amount", of["official_dsu_2022_eur"], Fraction(0), apart=[SAINT_LOUBES])
    unlike = sorted(code for code in old if of["kept_from_2021_derived_eur"][code] != of["dsu_2021_eur"][code])
    outcome.claim(unlike == ["35236", "62351"], f"kept amounts that are not those of 2021: {', '.join(unlike)}")
    outcome.claim(len(several_years) == 13, f"{len(several_years)} guarantees of several years, taken from the table")
    tied = {
        name: sorted(int(n) for n, count in Counter(rank[c] for c in codes if index[c] > 0).items() if count > 1)
        for name, codes in groups.items()
    }
    outcome.lines.append(f"ranks that two communes share: {tied}")
    outcome.lines.append(f"greatest rise €{int(max(rise.values())):,}: the most of €{DSU_MOST_RISE:,} holds nobody")
    return outcome


# --- France: dotation forfaitaire --------------------------------------------------------------------------------


def coefficient(people, known={}):
    """1 to 500 inhabitants, 2 from 200,000, and 1 + ln(people ÷ 500) ÷ ln(400) between."""
    if people <= 500:
        return Decimal(1)
    if people >= 200_000:
        return Decimal(2)
    if people not in known:
        known[people] = 1 + (Decimal(people) / 500).ln() / Decimal(400).ln()
    return known[people]


def nearest_whole(number):
    """A Decimal to the nearest whole number, halves up."""
    return int((number + Decimal("0.5")).to_integral_value(ROUND_FLOOR))


def dotation_forfaitaire():
    columns = [
        "new_commune_2015plus", "pop_dgf_2017", "pop_dgf_2018", "fiscal_potential_2017_eur", "real_operating_revenue_eur",
        "df_2017_eur", "transfer_derived_eur", "official_population_part_eur", "official_levy_eur", "official_df_2018_eur",
    ]  # fmt: skip
    rows, numbers = load("france-dotation-forfaitaire-2018", "communes.csv", columns)
    of = {column: {code: int(number) for code, number in values.items()} for column, values in numbers.items()}
    outcome = Outcome("France, dotation forfaitaire 2018", Fraction(0), {})
    outcome.claim(len(rows) == 35_443, f"{len(rows):,} communes")
    point = Decimal("64.4629119722368")
    is_new = {code for code in rows if of["new_commune_2015plus"][code]}
    part, weighted = {}, {}
    for code in rows:
        before, now = of["pop_dgf_2017"][code], of["pop_dgf_2018"][code]
        part[code] = max(nearest_whole(point * (now - before) * coefficient(now)), -of["df_2017_eur"][code])
        if code in is_new:
            part[code] = max(part[code], 0)
        weighted[code] = nearest_whole(coefficient(before) * before)
    counted = [code for code in rows if of["fiscal_potential_2017_eur"][code] > 0]
    potential = sum(of["fiscal_potential_2017_eur"][code] for code in counted)
    mean = half_up(Fraction(potential, sum(weighted[code] for code in counted)), MILLIONTH)
    outcome.claim(mean == Fraction("624.197452"), f"mean potential {float(mean):.6f} over {len(counted):,} communes")
    threshold = Fraction(3, 4) * mean
    value = Fraction("7.2662803")
    excess, levy, held, limits = {}, {}, Counter(), {}
    for code in rows:
        excess[code], limits[code] = Fraction(0), "none"
        # A commune without people in 2017 has no potential per head; none of the five has people in 2018.
        if code not in is_new and of["fiscal_potential_2017_eur"][code] > 0 and weighted[code] > 0:
            per_head = half_up(Fraction(of["fiscal_potential_2017_eur"][code], weighted[code]))
            if per_head >= threshold:
                excess[code] = half_up((per_head - threshold) / threshold, MILLIONTH)
        by_people = value * of["pop_dgf_2018"][code] * excess[code]
        by_revenue = Fraction(of["real_operating_revenue_eur"][code], 100)
        by_amount = Fraction(of["df_2017_eur"][code] + part[code])
        least = min(by_people, by_revenue, by_amount)
        if excess[code] > 0:
            limits[code] = {by_people: "people", by_revenue: "revenue", by_amount: "amount"}[least]
            held[limits[code]] += 1
        levy[code] = max(0, half_up(least))
    amount = {code: of["df_2017_eur"][code] + part[code] - levy[code] for code in rows}
    outcome.computed = {
        name: {code: Fraction(number) for code, number in values.items()}
        for name, values in (("amount", amount), ("population_part", part), ("levy", levy), ("excess", excess))
    }
    outcome.lines.append(
        f"levy set by people × excess in {held['people']:,}, by 1 % of revenue in {held['revenue']:,}, "
        f"by the amount itself in {held['amount']:,}"
    )
    outcome.meets("population_part", of["official_population_part_eur"], Fraction(0))
    published_levy = of["official_levy_eur"]
    by_one = ["10377", "39567", "78194", "80690", "89186", "89477"]
    five = ["21713", "25326", "60045", "60100", "73272"]
    outcome.meets("levy", of["official_levy_eur"], Fraction(0), apart=by_one + five)
    outcome.claim(
        all(levy[code] - published_levy[code] == 1 for code in by_one)
        and all(limits[code] == "revenue" and of["real_operating_revenue_eur"][code] % 100 == 50 for code in by_one),
        "the six are €1 above the published levy, each at exactly half a euro by 1 % of revenue",
    )
    outcome.claim(
        all(of["official_df_2018_eur"][code] == 0 for code in five)
        and all(
            levy[code] > published_levy[code] == of["df_2017_eur"][code] + of["transfer_derived_eur"][code] + part[code]
            for code in five
        ),
        "the five are levied all that the transfer left, so that nothing remains",
    )
    closed = sum(
        of["df_2017_eur"][code] + of["official_population_part_eur"][code] - published_levy[code]
        != of["official_df_2018_eur"][code]
        for code in rows
    )
    outcome.claim(closed == 994, f"{closed} communes with a transfer that the table lacks")
    right = sum(amount[code] == of["official_df_2018_eur"][code] for code in rows)
    with_transfer = sum(amount[code] + of["transfer_derived_eur"][code] == of["official_df_2018_eur"][code] for code in rows)
    outcome.lines.append(
        f"amount of 2018: {right:,} of {len(rows):,} exact, {with_transfer:,} with the transfer added; "
        f"levies sum to €{int(sum(levy.values())):,} here, €{sum(of['official_levy_eur'].values()):,} published"
    )
    return outcome


# --- Brazil ------------------------------------------------------------------------------------------------------


def fundeb_states():
    columns = [
        "weighted_enrolments", "fund_revenue_brl", "official_vaaf_min_brl", "official_beneficiary",
        "computed_complement_brl_not_official",
    ]  # fmt: skip
    rows, of = load("brazil-fundeb-2024-states", "states.csv", columns)
    outcome = Outcome("Brazil, Fundeb 2024, complement to states", Fraction(1, 2), {c: r["name"] for c, r in rows.items()})
    outcome.claim(len(rows) == 27, f"{len(rows)} states")
    pot = Fraction("24153287047.35")
    level = water_level(of["weighted_enrolments"], of["fund_revenue_brl"], pot)
    complement = {
        code: max(Fraction(0), level * of["weighted_enrolments"][code] - of["fund_revenue_brl"][code]) for code in rows
    }
    outcome.computed["complement"] = complement
    outcome.claim(half_up(level, Fraction(1, 10**4)) == Fraction("5361.4296"), f"level V = {float(level):.6f}")
    outcome.claim(
        all(half_up(level, CENT) == published for published in of["official_vaaf_min_brl"].values()),
        "to the centavo it is the published least amount per pupil",
    )
    lifted = sorted(code for code in rows if complement[code] > 0)
    outcome.claim(
        len(lifted) == 10 and lifted == sorted(code for code in rows if of["official_beneficiary"][code] == 1),
        f"{len(lifted)} states lifted, as published: {', '.join(lifted)}",
    )
    outcome.claim(sum(complement.values()) == pot, f"complements sum to R${float(pot):,.2f}")
    outcome.meets("complement", of["computed_complement_brl_not_official"], Fraction(1, 4))
    return outcome


def fundeb_entities():
    columns = ["weighted_enrolments", "nse_factor", "state_fund_revenue_brl", "official_fund_revenue_brl"]
    rows, of = load("brazil-fundeb-2024-entities", "entities.csv", columns)
    outcome = Outcome("Brazil, Fundeb 2024, entities", Fraction(1, 2), {code: row["name"] for code, row in rows.items()})
    outcome.claim(len(rows) == 5595, f"{len(rows):,} entities")
    weight = {code: of["weighted_enrolments"][code] * of["nse_factor"][code] for code in rows}
    of_state, published = Counter(), Counter()
    for code, row in rows.items():
        of_state[row["uf"]] += weight[code]
        published[row["uf"]] += of["official_fund_revenue_brl"][code]
    outcome.claim(
        all(published[row["uf"]] == of["state_fund_revenue_brl"][code] for code, row in rows.items()),
        "revenue of each state's fund is the sum of its entities' published revenue to the centavo",
    )
    outcome.computed["revenue"] = {
        code: of["state_fund_revenue_brl"][code] * weight[code] / of_state[row["uf"]] for code, row in rows.items()
    }
    outcome.meets("revenue", of["official_fund_revenue_brl"], Fraction("0.16"))
    return outcome


SYSTEMS = {
    "western-australia-2024-25": lambda: from_systems("wa"),
    "england-rsg-2017-18": lambda: from_systems("rsg"),
    "south-australia-2024-25": lambda: australian_state(
        "south-australia-2024-25",
        "South Australia, council grants 2024-25 (in part)",
        InPart(68, 153_152_840, Fraction("25.46"), 17, Fraction("0.364573"), 16),
    ),
    "tasmania-2024-25": lambda: australian_state(
        "tasmania-2024-25",
        "Tasmania, council grants 2024-25 (in part)",
        InPart(29, 48_383_968, None, 0, Fraction("0.330552"), 11),
    ),
    "northern-territory-2024-25": lambda: australian_state(
        "northern-territory-2024-25",
        "Northern Territory, council grants 2024-25 (in part)",
        InPart(17, 21_339_375, None, 5, Fraction("0.2829"), 9, Fraction(3, 10_000)),
    ),
    "nhs-icb-core-2023-24": nhs_core,
    "nhs-icb-primary-medical-2023-24": nhs_primary_medical,
    "illinois-ebf-2022": illinois,
    "france-dsu-2022": dsu,
    "france-dotation-forfaitaire-2018": dotation_forfaitaire,
    "brazil-fundeb-2024-states": fundeb_states,
    "brazil-fundeb-2024-entities": fundeb_entities,
}


def check_against(outcome, path, column, value, within):
    """A file's column against a computed value; gives the line to print."""
    value = value or next(iter(outcome.computed))
    if value not in outcome.computed:
        raise Failed(f"no value {value}; there are {', '.join(outcome.computed)}")
    mine = outcome.computed[value]
    rows = by_code(read_rows(path, ["code", column]), path)
    absent, strange = sorted(set(mine) - set(rows)), sorted(set(rows) - set(mine))
    if not rows or absent or strange:
        raise Failed(
            f"{path}: {len(rows)} rows; {len(absent)} missing ({', '.join(absent[:10]) or 'none'}), "
            f"{len(strange)} unknown ({', '.join(strange[:10]) or 'none'})"
        )
    off = {}
    for code, row in rows.items():
        try:
            off[code] = abs(Fraction(row[column].strip()) - mine[code])
        except ValueError:
            raise Failed(f"{path}: {code}: {column} is {row[column]!r}, not a number") from None
    wrong = [
        f"{outcome.label(code)}: {rows[code][column]} in the file, {float(mine[code]):.12g} here"
        for code in sorted(off)
        if off[code] > within
    ]
    if wrong:
        raise Failed(
            f"{path}: {column}: {len(wrong)} of {len(off)} are more than {float(within):g} from {value} here:\n"
            f"{listed(wrong)}"
        )
    return (
        f"{path}: {column}: {len(off)} of {len(off)} within {float(within):g} of {value} here, "
        f"{sum(d == 0 for d in off.values())} exact, greatest difference {float(max(off.values())):.6g}"
    )


def main():
    parser = argparse.ArgumentParser(description="Real grant systems computed again from our own tables.")
    parser.add_argument("--system", choices=list(SYSTEMS), metavar="NAME", help="one system only: " + ", ".join(SYSTEMS))
    parser.add_argument("--against", metavar="FILE.csv", help="a result file with a column `code`; needs --system, --column")
    parser.add_argument("--column", help="its column to compare")
    parser.add_argument("--value", help="the computed value to compare it with; the system's main one if not stated")
    parser.add_argument("--within", type=Fraction, help="greatest difference allowed; the system's own if not stated")
    options = parser.parse_args()
    if options.against and not (options.system and options.column):
        parser.error("--against needs --system and --column")
    if not options.against and (options.column or options.value or options.within is not None):
        parser.error("--column, --value and --within go with --against")
    compared, failed = 0, False
    for name in [options.system] if options.system else SYSTEMS:
        try:
            outcome = SYSTEMS[name]()
            compared += len(next(iter(outcome.computed.values())))
            if options.against:
                within = outcome.within if options.within is None else options.within
                outcome.lines.append(check_against(outcome, options.against, options.column, options.value, within))
        except Failed as failure:
            print(f"{name}: FAILED: {failure}", file=sys.stderr)
            failed = True
            continue
        print(f"{name}: {outcome.title}")
        for line in outcome.lines:
            print(f"  {line}")
        for what in outcome.broken:
            print(f"{name}: FAILED: {what}", file=sys.stderr)
            failed = True
    if failed or compared == 0:
        return 1
    print(f"computed {compared:,} authorities, all as claimed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
