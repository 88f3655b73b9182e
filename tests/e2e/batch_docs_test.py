"""Every example of docs/batch.md: its files are written, its commands and its program are run, in their order."""

import json
import os
import re
import subprocess
import sys

from harness import CLI, DEADLINE, E2ETestCase, cli_environment, main

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
MANUAL = os.path.join(TOP, "docs", "batch.md")
PACKAGE = os.path.join(os.path.dirname(os.path.dirname(CLI)), "python")

FILE_OR_BLOCK = re.compile(r"(?:`([\w.-]+)`:\n\n)?```(\w*)\n(.*?)```", re.DOTALL)


class ManualTest(E2ETestCase):
    def setUp(self):
        self.daemon = self.start_daemon()
        self.directory = self.new_directory()
        self.environment = cli_environment(self.daemon.address, {
            "PATH": os.path.dirname(CLI) + os.pathsep + os.environ["PATH"], "PYTHONPATH": PACKAGE,
            "PYTHONDONTWRITEBYTECODE": "1"})
        with open(MANUAL, encoding="utf-8") as file:
            # What the manual measures on the Internet is this host here.
            self.text = re.sub(r"(www|ps1)\.example\.org", "127.0.0.1", file.read())

    def run_here(self, command):
        ran = subprocess.run(command, cwd=self.directory, env=self.environment, capture_output=True, text=True,
                             timeout=DEADLINE, check=False)
        self.assertEqual(ran.returncode, 0, f"{command}\n{ran.stdout}\n{ran.stderr}")
        return ran.stdout

    def results_in(self, name):
        with open(os.path.join(self.directory, name), encoding="utf-8") as file:
            return [job["results"] for job in json.load(file)["jobs"]]

    def test_every_example(self):
        commands = programs = files = 0
        printed = {}
        for name, language, block in FILE_OR_BLOCK.findall(self.text):
            if name:
                files += 1
                with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
                    file.write(block)
            elif language == "sh":
                for line in block.splitlines():
                    commands += 1
                    printed[line] = self.run_here(["bash", "-c", line])
            elif language == "python":
                programs += 1
                self.assertIn("True\nTrue\n", self.run_here([sys.executable, "-c", block]))
        self.assertGreaterEqual((files, commands, programs), (4, 10, 1), "the examples were found")

        [counts] = [text for line, text in printed.items() if line.startswith("jq -c '.jobs[0].results[]")]
        self.assertEqual(counts.split(), ["[5,5]", "[10,10]", "[15,15]", "[20,20]", "[25,25]"])
        reachable, path = self.results_in("hosts-results.json")
        self.assertEqual((len(reachable), len(path)), (2, 2))
        [csv] = [text for line, text in printed.items() if "@csv" in line]
        self.assertRegex(csv.splitlines()[4], r'^"sweep",4,true,25,')


if __name__ == "__main__":
    main()
