#!/usr/bin/env python3
"""Two real grant systems computed again, in exact fractions, with no code of the program.

It works from the rules as written here and from the tables of the two data packages alone. Python 3.11, standard
library only. known.py has the other real systems, and takes these two from here.

    python3 tests/independent/systems.py                             both systems against the published grants
    python3 tests/independent/systems.py --system wa|rsg             one of them
    python3 tests/independent/systems.py --system wa|rsg --against allocation.csv
                                                                     and the program's amounts against both

Both rules have one form. Authority i has a least amount l, a relative need n and own resources o:

    amount = max(l, k × n − o), one k for all, set so that the amounts sum to the pot exactly.

    wa   Western Australia, council grants 2024-25: l = 0.3 × (pot ÷ population of all) × own population,
         n = the assessed gap, or 0 where it is negative, o = 0.
    rsg  England, Revenue Support Grant 2017-18, shire districts: l = 0, n = base funding + council tax of 2015-16,
         o = council tax of 2015-16 + 0.9992663 × baseline funding level. The factor is inferred from the figures.

Exit codes: 0 all well; 1 a check failed, a file could not be read or nothing was compared; 2 usage.
"""

import argparse
import csv
import math
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

TABLES = Path(__file__).resolve().parents[2] / "inputs"


class Failed(Exception):
    """A check that failed, in words for the reader."""


@dataclass
class Case:
    """One system: what its rule needs, and what was published."""

    title: str
    sign: str  # currency, before the figure
    people: str  # what the rows are
    names: dict  # code -> name
    least: dict  # code -> least amount, Fraction
    need: dict  # code -> relative need, Fraction
    own: dict  # code -> own resources, Fraction
    official: dict  # code -> published grant, whole units
    pot: int
    rows_expected: int
    near_official: int  # greatest difference from the published grant
    nil_expected: int | None = None  # how many get nothing, where the rule lets any


def read_rows(path, columns):
    """Rows of a CSV file as dictionaries; every named column must be there."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            heading = list(reader.fieldnames or [])
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Failed(f"{path}: cannot be read: {error}") from error
    absent = [name for name in columns if name not in heading]
    if absent:
        raise Failed(f"{path}: no column {', '.join(absent)}; it has {', '.join(heading) or 'none'}")
    return rows


def whole(row, column, path):
    """A whole number from a cell; a blank or anything else fails."""
    try:
        return int(row[column])
    except (TypeError, ValueError):
        raise Failed(f"{path}: {row.get('code')}: {column} is {row[column]!r}, not a whole number") from None


def by_code(rows, path):
    """Rows by code; a code may come once only."""
    table = {}
    for row in rows:
        if row["code"] in table:
            raise Failed(f"{path}: the code {row['code']} comes twice")
        table[row["code"]] = row
    return table


def western_australia():
    """The 137 councils of Western Australia."""
    path = TABLES / "western-australia-2024-25" / "councils.csv"
    columns = ["code", "name", "population", "funding_gap_aud", "official_grant_aud"]
    rows = by_code(read_rows(path, columns), path)
    population = {code: whole(row, "population", path) for code, row in rows.items()}
    pot = 246_131_711
    per_head = Fraction(3, 10) * Fraction(pot, max(1, sum(population.values())))
    return Case(
        title="Western Australia, council grants 2024-25",
        sign="A$",
        people="councils",
        names={code: row["name"] for code, row in rows.items()},
        least={code: per_head * heads for code, heads in population.items()},
        need={code: Fraction(max(0, whole(row, "funding_gap_aud", path))) for code, row in rows.items()},
        own={code: Fraction(0) for code in rows},
        official={code: whole(row, "official_grant_aud", path) for code, row in rows.items()},
        pot=pot,
        rows_expected=137,
        near_official=1,
    )


def revenue_support_grant():
    """The 201 shire districts of England."""
    path = TABLES / "england-rsg-2017-18" / "districts.csv"
    base, tax, level, grant = (
        "base_funding_2015_16_gbp",
        "council_tax_2015_16_gbp",
        "baseline_funding_level_gbp",
        "revenue_support_grant_gbp",
    )
    rows = by_code(read_rows(path, ["code", "name", base, tax, level, grant]), path)
    inferred = Fraction("0.9992663")
    return Case(
        title="England, Revenue Support Grant 2017-18, shire districts",
        sign="£",
        people="districts",
        names={code: row["name"] for code, row in rows.items()},
        least={code: Fraction(0) for code in rows},
        need={code: Fraction(whole(row, base, path) + whole(row, tax, path)) for code, row in rows.items()},
        own={code: whole(row, tax, path) + inferred * whole(row, level, path) for code, row in rows.items()},
        official={code: whole(row, grant, path) for code, row in rows.items()},
        pot=135_479_148,
        rows_expected=201,
        near_official=40,
        nil_expected=15,
    )


SYSTEMS = {"wa": western_australia, "rsg": revenue_support_grant}


def solve(least, need, own, pot):
    """Amounts max(least, k × need − own) that sum to the pot, and k. Exact.

    Authorities leave their least amount one by one as k grows, at k = (least + own) ÷ need. Between two such points the
    sum is a straight line in k, so k is read off the stretch that holds the pot.
    """
    if sum(least.values()) > pot:
        raise Failed(f"the least amounts alone come to more than the pot of {pot:,}")
    leaves = sorted(((least[code] + own[code]) / need[code], code) for code in need if need[code] > 0)
    held, need_above, own_above = sum(least.values()), Fraction(0), Fraction(0)
    for position, (start, code) in enumerate(leaves):
        held -= least[code]
        need_above += need[code]
        own_above += own[code]
        k = (pot - held + own_above) / need_above
        last = position + 1 == len(leaves)
        if k >= start and (last or k <= leaves[position + 1][0]):
            amounts = {code: max(least[code], k * need[code] - own[code]) for code in need}
            return amounts, k
    raise Failed("no k makes the amounts sum to the pot")


def listed(lines):
    """The first ten lines and a count of the rest."""
    more = [f"  … and {len(lines) - 10} more"] if len(lines) > 10 else []
    return "\n".join(["  " + line for line in lines[:10]] + more)


def check_official(case):
    """The rule against the published grants; gives the lines to print."""
    if len(case.official) != case.rows_expected:
        raise Failed(f"{len(case.official)} {case.people} in the table; {case.rows_expected} expected")
    published = sum(case.official.values())
    if published != case.pot:
        raise Failed(f"the published grants sum to {case.sign}{published:,}, not to {case.sign}{case.pot:,}")
    amounts, k = solve(case.least, case.need, case.own, case.pot)
    if sum(amounts.values()) != case.pot:
        raise Failed(f"the amounts do not sum to {case.sign}{case.pot:,} exactly")
    apart = {code: abs(amounts[code] - case.official[code]) for code in amounts}
    far = [
        f"{code} {case.names[code]}: {float(amounts[code]):,.2f} here, {case.official[code]:,} published"
        for code in sorted(apart)
        if apart[code] > case.near_official
    ]
    if far:
        raise Failed(
            f"{len(far)} of {len(apart)} {case.people} are more than {case.sign}{case.near_official} "
            f"from the published grant:\n{listed(far)}"
        )
    if case.nil_expected is not None:
        nil = {code for code in amounts if amounts[code] == 0}
        nil_published = {code for code in case.official if case.official[code] == 0}
        if nil != nil_published:
            raise Failed(f"nothing here but not as published, or the reverse: {', '.join(sorted(nil ^ nil_published))}")
        if len(nil) != case.nil_expected:
            raise Failed(f"{len(nil)} {case.people} get nothing; {case.nil_expected} expected")
        held = f"{len(nil)} at zero, the same as published"
    else:
        held = f"{sum(amounts[code] == case.least[code] for code in amounts)} at the minimum grant"
    return [
        f"{len(apart)} of {len(apart)} {case.people} within {case.sign}{case.near_official} of the published grant, "
        f"largest difference {case.sign}{float(max(apart.values())):.2f}",
        f"pot {case.sign}{case.pot:,} met exactly; k = {float(k):.7f}; {held}",
    ]


def check_against(case, path):
    """The program's amounts against this calculation and the published grants; gives the lines to print.

    Least amounts are rounded up to whole units first, since no whole amount may fall below one; the real amounts then
    differ from whole ones by less than 1.
    """
    rows = by_code(read_rows(path, ["code", "amount_gbp"]), path)
    if not rows:
        raise Failed(f"{path}: no rows: nothing to compare")
    absent, strange = sorted(set(case.need) - set(rows)), sorted(set(rows) - set(case.need))
    if absent or strange:
        raise Failed(
            f"{path}: {len(absent)} {case.people} missing ({', '.join(absent[:10]) or 'none'}), "
            f"{len(strange)} unknown ({', '.join(strange[:10]) or 'none'})"
        )
    given = {code: whole(row, "amount_gbp", path) for code, row in rows.items()}
    least = {code: Fraction(math.ceil(amount)) for code, amount in case.least.items()}
    amounts, _ = solve(least, case.need, case.own, case.pot)
    wrong = [
        f"{code} {case.names[code]}: {given[code]:,} in the file, {float(amounts[code]):,.2f} here"
        for code in sorted(given)
        if abs(given[code] - amounts[code]) > 1 or given[code] < least[code]
    ]
    if wrong:
        raise Failed(
            f"{path}: {len(wrong)} of {len(given)} amounts are more than {case.sign}1 from this calculation, "
            f"or below the least amount:\n{listed(wrong)}"
        )
    total = sum(given.values())
    if total != case.pot:
        raise Failed(f"{path}: the amounts sum to {case.sign}{total:,}, not to the pot of {case.sign}{case.pot:,}")
    far = [
        f"{code} {case.names[code]}: {given[code]:,} in the file, {case.official[code]:,} published"
        for code in sorted(given)
        if abs(given[code] - case.official[code]) > case.near_official
    ]
    if far:
        raise Failed(
            f"{path}: {len(far)} of {len(given)} amounts are more than {case.sign}{case.near_official} "
            f"from the published grant:\n{listed(far)}"
        )
    apart = max(abs(given[code] - amounts[code]) for code in given)
    from_published = max(abs(given[code] - case.official[code]) for code in given)
    return [
        f"{path}: {len(given)} of {len(given)} amounts within {case.sign}1 of this calculation, "
        f"largest difference {case.sign}{float(apart):.2f}; they sum to {case.sign}{total:,} exactly",
        f"  largest difference from the published grant {case.sign}{from_published}",
    ]


def main():
    parser = argparse.ArgumentParser(description="Two real grant systems computed again, in exact fractions.")
    parser.add_argument("--system", choices=sorted(SYSTEMS), help="one system only")
    parser.add_argument("--against", metavar="FILE.csv", help="an allocation.csv of the program; needs --system")
    options = parser.parse_args()
    if options.against and not options.system:
        parser.error("--against needs --system wa or --system rsg")
    compared = 0
    for name in [options.system] if options.system else sorted(SYSTEMS):
        try:
            case = SYSTEMS[name]()
            lines = check_official(case)
            compared += len(case.official)
            if options.against:
                lines += check_against(case, options.against)
                compared += len(case.official)
        except Failed as failure:
            print(f"{name}: FAILED: {failure}", file=sys.stderr)
            return 1
        print(f"{name}: {case.title}")
        for line in lines:
            print(f"  {line}")
    if compared == 0:
        print("nothing was compared", file=sys.stderr)
        return 1
    print(f"compared {compared} amounts, all well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
