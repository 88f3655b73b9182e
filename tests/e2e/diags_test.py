"""`pscheduler diags`: all that is known of a host for whoever has to find a fault, as plain text."""

import os
import re
import subprocess
import unittest

from harness import CLI, E2ETestCase, cli_environment, main, noop

SECTIONS = ["INSTALLED TESTS", "INSTALLED TOOLS", "TOOL CONFIGURATION FILES", "INSTALLED ARCHIVERS", "ARCHIVING",
            "RESULTS THAT WERE GIVEN UP", "CLOCK", "SCHEDULE FROM TWO HOURS AGO TO TWO HOURS AHEAD",
            "TASKS ADDED PER HOUR", "RUNS ADDED PER HOUR", "RUN STATES PER HOUR", "COUNTERS", "PSCHEDULER LOG",
            "NETWORK INTERFACES", "RESOLVER", "ROUTES", "SOCKETS", "PROCESSES", "MEMORY", "STORAGE", "SYSTEM LOG",
            "DATABASE", "DMI", "KERNEL LOG", "OPEN FILES", "INSTALLED PACKAGES"]
HEADING = re.compile(r"^#{78}\n +([A-Z -]+)\n#{78}\n", re.MULTILINE)


@unittest.skipUnless(os.geteuid() == 0, "only root sees all of a host")
class DiagsTest(E2ETestCase):
    def test_shows_every_section(self):
        daemon = self.start_daemon()
        run = daemon.api.finished_run(noop())
        folder = self.new_directory()
        with open(os.path.join(folder, "iperf3.conf"), "w", encoding="utf-8") as file:
            file.write("[iperf3]\nserver_port = 5300\nAPI-Token = s3cret-1\npassword: s3cret-2\n")
        ran = subprocess.run([CLI, "diags"], capture_output=True, text=True, timeout=280, check=False,
                             env=cli_environment(daemon.address, {"container": "one", "PSCHEDULER_TOOL_CONFIG": folder}))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertTrue(ran.stdout.lstrip().startswith("pScheduler diagnostics\n"))
        parts = HEADING.split(ran.stdout)
        self.assertEqual(parts[1::2], SECTIONS)
        shown = dict(zip(parts[1::2], parts[2::2]))
        self.assertRegex(shown["INSTALLED TESTS"], r"(?m)^rtt ")
        self.assertIn("server_port = 5300", shown["TOOL CONFIGURATION FILES"])
        self.assertNotIn("s3cret", ran.stdout)
        self.assertIn("none of its tasks asks for that", shown["ARCHIVING"])
        self.assertIn(run["href"].rsplit("/", 1)[1], shown["SCHEDULE FROM TWO HOURS AGO TO TWO HOURS AHEAD"])
        self.assertIn('"finished": 1', shown["COUNTERS"])
        self.assertEqual(shown["OPEN FILES"].strip(), "(not shown in a container)")
        for name, text in shown.items():
            self.assertTrue(text.strip(), f"{name}: a remark when there is nothing")

    def test_is_for_root_alone(self):
        ran = subprocess.run([CLI, "diags"], capture_output=True, text=True, timeout=60, check=False, user="nobody",
                             cwd="/", env=cli_environment())
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("sudo pscheduler diags", ran.stderr)


if __name__ == "__main__":
    main()
