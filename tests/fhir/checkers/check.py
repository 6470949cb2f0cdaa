"""The typed models of fhir.resources over what leaves a device: names, types, required elements.

An error that the originals of the same record have too is theirs, and is not counted.

    python check.py FOLDER
"""

import json
import sys
from pathlib import Path

from fhir.resources import construct_fhir_element

SHOWN_PER_RECORD = 20


def problems_of(resource):
    """The faults of one resource, as lines of text."""
    kind = resource.get("resourceType")
    try:
        construct_fhir_element(kind, resource)
    except Exception as error:  # The library lets its own errors through when data has an odd shape.
        if not hasattr(error, "errors"):
            return {f"{kind}: {type(error).__name__}: {error}"}
        return {f"{kind}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()}
    return set()


def resources_in(path):
    bundle = json.loads(path.read_text(encoding="utf-8"))
    return [entry["resource"] for entry in bundle["entry"]]


def main(folder):
    records = resources = errors = 0
    for originals in sorted(Path(folder).glob("*.originals.json")):
        name = originals.name.removesuffix(".originals.json")
        records += 1
        before = set().union(*(problems_of(one) for one in resources_in(originals)))
        for what in ("everything", "summary"):
            found = set()
            for resource in resources_in(originals.with_name(f"{name}.{what}.json")):
                resources += 1
                found |= problems_of(resource) - before
            errors += len(found)
            for problem in sorted(found)[:SHOWN_PER_RECORD]:
                print(f"{name} {what}: {problem}")
    print(f"fhir.resources: {records} records, {resources} resources, {errors} errors")
    return 1 if errors or not resources else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
