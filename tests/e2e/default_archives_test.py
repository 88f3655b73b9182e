"""Default archives: a directory of files, each of which sends the results of all tasks somewhere."""

import json
import os
import shutil
import subprocess

from harness import CLASSES, DAEMON, DEADLINE, E2ETestCase, main, noop
from sinks import HttpSink


def labelled(label, sink, **members):
    """An archive that sends to a sink on this host, in a path of its own."""
    return {"schema": 3, "archiver": "http", "label": label,
            "data": {"schema": 5, "_url": f"http://127.0.0.1:{sink.port}/{label}"}, **members}


class DefaultArchivesTest(E2ETestCase):
    def setUp(self):
        self.directory = os.path.join(self.new_directory(), "default-archives")
        self.sink = HttpSink()
        self.addCleanup(self.sink.__exit__)

    def start(self, **kwargs):
        return self.start_daemon(options=["--default-archives", self.directory], **kwargs)

    def write(self, name, document):
        os.makedirs(self.directory, exist_ok=True)
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(document if isinstance(document, str) else json.dumps(document))

    def check(self):
        """The status of a daemon that only checks what it is given, and what it says."""
        ran = subprocess.run([DAEMON, "--check", "--data-dir", self.new_directory(), "--plugins", CLASSES,
                              "--default-archives", self.directory], capture_output=True, text=True,
                             timeout=DEADLINE, check=False)
        return ran.returncode, ran.stderr

    def next_paths(self, count):
        """Where the next results arrive, sorted."""
        return sorted(self.sink.next().path for _ in range(count))

    def test_a_file_appears_changes_breaks_and_goes(self):
        daemon = self.start()
        self.assertNotIn("archivings", daemon.api.finished_run(noop()))
        self.write("all.json", labelled("first", self.sink))
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_APPLIED .*all\.json")
        run = daemon.api.finished_run(noop())
        self.assertEqual(self.next_paths(1), ["/first"])
        self.assertIsNone(daemon.api.get(run["href"]).json["archivings"][0]["spec"]["data"]["_url"])

        self.write("more.json", labelled("second", self.sink))
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_APPLIED .*more\.json")
        self.write("broken.json", '{"archiver": "http",\n "data": {}, "ttl": "soon"}')
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_REFUSED .*broken\.json.*line 2.*ttl")
        self.write(".hidden.json", labelled("hidden", self.sink))
        self.write("more.json~", labelled("aside", self.sink))
        self.write("all.json", labelled("first", self.sink, archiver="attic"))
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_REFUSED .*all\.json.*no archiver 'attic'.*as it was before")
        daemon.api.finished_run(noop())
        self.assertEqual(self.next_paths(2), ["/first", "/second"])

        os.remove(os.path.join(self.directory, "all.json"))
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_GONE .*all\.json")
        daemon.api.finished_run(noop())
        self.assertEqual(self.next_paths(1), ["/second"])

        daemon.kill()
        daemon.start()
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_REFUSED .*broken\.json")
        daemon.api.finished_run(noop())
        self.assertEqual(self.next_paths(1), ["/second"])
        self.assertTrue(self.sink.requests.empty(), "none came that nobody asked for")

    def test_a_plugin_that_is_installed_later_makes_a_file_valid(self):
        root = self.new_directory()
        self.write("later.json", {"archiver": "later", "data": {}})
        daemon = self.start(class_roots=[root])
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_REFUSED .*later\.json.*no archiver 'later'")
        directory = os.path.join(root, "archiver", "later")
        shutil.copytree(os.path.join(CLASSES, "archiver", "bitbucket"), directory)
        for method in os.listdir(directory):
            with open(os.path.join(directory, method), "w", encoding="utf-8") as program:
                program.write(f"#!/bin/sh\n{CLASSES}/archiver/bitbucket/{method} | sed s/bitbucket/later/\n")
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_APPLIED .*later\.json")

    def test_check_says_what_is_wrong_with_the_files(self):
        self.assertEqual(self.check(), (0, ""))
        self.write("good.json", labelled("good", self.sink, transform={"script": ".result"}))
        self.assertEqual(self.check(), (0, ""))
        self.write("bad.json", labelled("bad", self.sink, transform={"script": ".result |"}))
        self.write("other.json", {"archiver": "http", "data": {"_url": 5}})
        status, said = self.check()
        self.assertEqual(status, 1)
        lines = said.splitlines()
        self.assertEqual(len([line for line in lines if line.startswith("pschedulerd: ")]), 2, said)
        self.assertRegex(said, r"bad\.json: At /transform: .*syntax error")
        self.assertRegex(said, r"other\.json: At /data: ")

    def test_what_is_no_file_is_told_of_and_holds_nothing_up(self):
        self.write("good.json", labelled("good", self.sink))
        for name in ("link.json", ".hidden.json", "link.json~"):
            os.symlink("/nonexistent/archive.json", os.path.join(self.directory, name))
        os.mkfifo(os.path.join(self.directory, "pipe.json"))
        os.mkdir(os.path.join(self.directory, "nested"))
        wrong = {r"link\.json": r"it is a link to /nonexistent/archive\.json, which does not exist",
                 r"pipe\.json": "it is no ordinary file", "nested": "it is no ordinary file"}
        status, said = self.check()
        self.assertEqual(status, 1)
        self.assertEqual(len(said.splitlines()), len(wrong), said)
        for name, why in wrong.items():
            self.assertRegex(said, rf"default-archives/{name}: cannot be read: {why}")
        daemon = self.start()
        for name, why in wrong.items():
            daemon.wait_for_log(rf"DEFAULT_ARCHIVE_REFUSED .*default-archives/{name}.*{why}")
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_APPLIED .*good\.json")
        os.remove(os.path.join(self.directory, "link.json"))
        self.write("link.json", labelled("mended", self.sink))
        daemon.wait_for_log(r"DEFAULT_ARCHIVE_APPLIED .*link\.json")


if __name__ == "__main__":
    main()
