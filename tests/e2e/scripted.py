"""Plug-ins of a test's own: a class root with a test type and a tool for it, both in sh."""

import os

TEST_METHODS = {
    "enumerate": """
cat >/dev/null
echo '{"schema": 1, "name": "@NAME@", "description": "For a test", "version": "1.0", \
"maintainer": {"name": "Tests"}, "scheduling-class": "@CLASS@"}'
""",
    "spec-is-valid": "cat >/dev/null; echo '{\"valid\": true}'\n",
    "participants": "cat >/dev/null; echo '{\"participants\": [null], \"null-reason\": \"No host was named\"}'\n",
    "cli-to-spec": "cat >/dev/null; echo '{}'\n",
    "spec-to-cli": "cat >/dev/null; echo '[]'\n",
    "spec-format": "cat >/dev/null; echo 'For a test'\n",
    "result-format": "cat\n",
}

TOOL_METHODS = {
    "enumerate": """
cat >/dev/null
echo '{"schema": 1, "name": "@NAME@-tool", "description": "For a test", "version": "1.0", \
"maintainer": {"name": "Tests"}, "tests": ["@NAME@"], "preference": 0}'
""",
    "can-run": "cat >/dev/null; echo '{\"can-run\": true}'\n",
    "duration": "cat >/dev/null; echo '{\"duration\": \"@DURATION@\"}'\n",
    "participant-data": "cat >/dev/null; echo '{}'\n",
    # What the tool printed, as long as it says that it worked.
    "merged-results": "cat >/dev/null; echo '{\"schema\": 1, \"succeeded\": true}'\n",
    "run": "cat >/dev/null; echo '{\"schema\": 1, \"succeeded\": true, \"result\": {\"succeeded\": true}}'\n",
}


def write_plugin(root, name, run=None, duration="PT2S", scheduling_class="background", methods=None):
    """Adds test `name` and tool `name`-tool, whose method run is the sh script `run`. `methods` replaces scripts:
    ("test" or "tool", method) -> script."""
    replaced = dict(methods or {})
    if run is not None:
        replaced[("tool", "run")] = run
    for kind, folder, scripts in (("test", name, TEST_METHODS), ("tool", name + "-tool", TOOL_METHODS)):
        directory = os.path.join(root, kind, folder)
        os.makedirs(directory)
        for method, script in scripts.items():
            script = replaced.get((kind, method), script)
            for placeholder, value in (("@NAME@", name), ("@CLASS@", scheduling_class), ("@DURATION@", duration)):
                script = script.replace(placeholder, value)
            path = os.path.join(directory, method)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\n" + script)
            os.chmod(path, 0o755)


def task(name, **members):
    """A task of such a test."""
    return {"test": {"type": name, "spec": {}}, "schedule": {}, **members}
