"""Formula, scenario and descriptor files against the published JSON Schemas, by the public `jsonschema` validator; and files
with one key misspelt, which both the schema and the program must refuse.

    schemas.py PROGRAM

Needs `jsonschema`, which the Data Package validator's environment has (target/ci-venv). Exit 0 if all is as it should be."""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[2]


def validator(name):
    schema = json.loads((ROOT / "docs/schema" / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def files(pattern):
    found = sorted(ROOT.glob(pattern))
    assert found, pattern
    return found


def main():
    program = Path(sys.argv[1]).resolve()
    formula = validator("formula.schema.json")
    kinds = [
        (validator("overlay.schema.json"), files("formulas/overlays/*.toml"), tomllib.loads),
        (formula, files("formulas/*.toml") + files("formulas/starter/*.toml") + sorted(ROOT.glob("tests/systems/**/*.toml")), tomllib.loads),
        (validator("scenario.schema.json"), files("inputs/scenarios/*.toml"), tomllib.loads),
        (validator("datapackage.schema.json"), files("inputs/*/datapackage.json"), json.loads),
    ]
    faults = 0
    for schema, paths, loads in kinds:
        for path in paths:
            for error in schema.iter_errors(loads(path.read_text(encoding="utf-8"))):
                faults += 1
                print(f"{path.relative_to(ROOT)}: {error.json_path}: {error.message[:200]}")
        print(f"{len(paths)} files against {schema.schema['title']}")
    # Each word misspelt where it first stands.
    text = (ROOT / "formulas/illinois-ebf-2022.toml").read_text(encoding="utf-8")
    misspelt = ["banded =", "level = {", "scale =", "where =", "weight =", "bands =", "step =", "summary =", "quantum =", "within ="]
    with tempfile.TemporaryDirectory() as folder:
        for word in misspelt:
            wrong = text.replace(word, "x" + word, 1)
            assert wrong != text, word
            by_schema = any(True for _ in formula.iter_errors(tomllib.loads(wrong)))
            path = Path(folder) / "wrong.toml"
            path.write_text(wrong, encoding="utf-8")
            by_program = subprocess.run([program, "check", path], capture_output=True, check=False).returncode == 1
            if not (by_schema and by_program):
                faults += 1
                print(f"x{word} is refused by the schema: {by_schema}, by the program: {by_program}")
    print(f"{len(misspelt)} misspelt words, refused by both")
    sys.exit(1 if faults else 0)


main()
