#!/usr/bin/env python3
"""appendfile: an archiver that appends each result to a file, a line of JSON each."""

import json
import os
import sys

ENUMERATION = {
    "schema": 1,
    "name": "appendfile",
    "description": "Append results to a file",
    "version": "1.0",
    "maintainer": {"name": "Your Name"},
}

RS = "\x1e"


def problem(data):
    if not isinstance(data, dict) or not isinstance(data.get("path"), str):
        return "At /path: must be the name of a file"
    if not os.path.isabs(data["path"]):
        return "At /path: must be absolute"
    return None


def data_is_valid():
    try:
        wrong = problem(json.loads(sys.stdin.read()))
    except ValueError as error:
        wrong = "Not JSON: %s" % error
    print(json.dumps({"valid": False, "error": wrong} if wrong else {"valid": True}))


def archive_one(record):
    """Says whether it worked; with "retry" the server comes back with the record after that time."""
    try:
        with open(record["data"]["path"], "a", encoding="utf-8") as file:
            file.write(json.dumps(record["result"]) + "\n")
    except OSError as error:
        reply = {"succeeded": False, "error": str(error)}
        if record.get("attempts", 0) < 5:
            reply["retry"] = "PT1M"
        return reply
    return {"succeeded": True}


def archive():
    # One process serves many records, one reply for each, until the input ends.
    for line in sys.stdin:
        line = line.strip().lstrip(RS)
        if line:
            print(RS + json.dumps(archive_one(json.loads(line))), flush=True)


METHODS = {
    "enumerate": lambda: print(json.dumps(ENUMERATION)),
    "data-is-valid": data_is_valid,
    "archive": archive,
}

METHODS[os.path.basename(sys.argv[0])]()
