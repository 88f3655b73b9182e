#!/usr/bin/env python3
"""coinflip: a test plug-in in one Python file. Each method is a link to it."""

import argparse
import html
import json
import os
import sys

ENUMERATION = {
    "schema": 1,
    "name": "coinflip",
    "description": "Flip a coin a number of times",
    "version": "1.0",
    "maintainer": {"name": "Your Name", "email": "you@example.org"},
    "scheduling-class": "background",
}


def fail(message):
    """A method that cannot work: one sentence on stderr and exit status 1."""
    print(message, file=sys.stderr)
    sys.exit(1)


def drop_comments(value):
    """Members whose names begin with # are comments."""
    if isinstance(value, dict):
        return {k: drop_comments(v) for k, v in value.items() if not k.startswith("#")}
    if isinstance(value, list):
        return [drop_comments(v) for v in value]
    return value


def read_input():
    return drop_comments(json.loads(sys.stdin.read()))


def answer(value):
    print(json.dumps(value))


def problem(spec):
    """What is wrong with a spec, or None."""
    if not isinstance(spec, dict):
        return "At /: must be an object"
    if spec.get("schema", 1) != 1:
        return "At /schema: version 1 is the only one supported"
    for key in spec:
        if key not in ("schema", "flips", "host"):
            return "At /%s: unexpected member" % key
    flips = spec.get("flips", 1)
    if isinstance(flips, bool) or not isinstance(flips, int) or flips < 1:
        return "At /flips: must be a whole number of 1 or more"
    if "host" in spec and not isinstance(spec["host"], str):
        return "At /host: must be a string"
    return None


def valid_spec(spec):
    wrong = problem(spec)
    if wrong:
        fail(wrong)
    return spec


def cli_to_spec():
    # Words on the command line are for people; the server sends a JSON array.
    words = sys.argv[1:] or [str(word) for word in read_input()]
    parser = argparse.ArgumentParser(prog="coinflip", add_help=False)
    parser.add_argument("--flips", type=int, help="how often to flip (default 1)")
    parser.add_argument("--host", help="host that should flip")
    if "-h" in words or "--help" in words:
        fail(parser.format_help())
    options = parser.parse_args(words)
    spec = {key: value for key, value in vars(options).items() if value is not None}
    answer({"schema": 1, **spec})


def spec_to_cli():
    spec = valid_spec(read_input())
    answer([word for key in ("flips", "host") if key in spec for word in ("--" + key, str(spec[key]))])


def spec_is_valid():
    # A negative answer is an answer: exit status 0, whatever comes in.
    try:
        wrong = problem(read_input())
    except ValueError as error:
        wrong = "Not JSON: %s" % error
    answer({"valid": False, "error": wrong} if wrong else {"valid": True})


def participants():
    spec = valid_spec(read_input())
    host = spec.get("host")
    answer({"participants": [host], **({} if host else {"null-reason": "No host specified"})})


def show(rows):
    """Rows of label and value in the format asked for."""
    mime_type = sys.argv[1] if len(sys.argv) > 1 else "text/plain"
    if mime_type == "text/plain":
        print("\n".join("%s: %s" % row for row in rows))
    elif mime_type == "text/html":
        cells = ("<tr><th>%s</th><td>%s</td></tr>" % tuple(html.escape(str(c)) for c in row) for row in rows)
        print("<table>%s</table>" % "".join(cells))
    else:
        fail("Format %s is not supported; ask for text/plain or text/html." % mime_type)


def spec_format():
    spec = valid_spec(read_input())
    show([("Flips", spec.get("flips", 1)), ("Host", spec.get("host", "Not Specified"))])


def result_format():
    result = read_input()["result"]
    if not result.get("succeeded"):
        show([("Failed", result.get("error", "no reason was given"))])
        return
    show([("Heads", result["heads"]), ("Tails", result["tails"])])


METHODS = {
    "enumerate": lambda: answer(ENUMERATION),
    "cli-to-spec": cli_to_spec,
    "spec-to-cli": spec_to_cli,
    "spec-is-valid": spec_is_valid,
    "participants": participants,
    "spec-format": spec_format,
    "result-format": result_format,
}

METHODS[os.path.basename(sys.argv[0])]()
