"""The archiver `file`: lines of JSON below the directory that the configuration names, and nowhere else."""

import json
import os
import threading
import time

from archivers import ArchiverProcess, ask, payload, record, write_configuration
from harness import E2ETestCase, main

DAY = 86400


class FileArchiverTest(E2ETestCase):
    def setUp(self):
        self.top = self.new_directory()
        self.results = os.path.join(self.top, "results")
        os.mkdir(self.results)
        self.configure()

    def configure(self, **settings):
        write_configuration(self.top, "file", directory=self.results, **settings)

    def archiver(self):
        process = ArchiverProcess("file", self.top)
        self.addCleanup(process.__exit__)
        return process

    def lines(self, name="results.jsonl"):
        with open(os.path.join(self.results, name), encoding="utf-8") as file:
            return file.read().splitlines()

    def names(self):
        return sorted(os.listdir(self.results))

    def test_a_line_for_each_result(self):
        archiver = self.archiver()
        results = [{"n": 1}, "häh\nsecond line", [1, None], {"n": 4}]
        for result in results:
            self.assertEqual(archiver.archive(record({}, result)), {"succeeded": True})
        self.assertEqual(archiver.archive(record({"file": "paris/rtt.jsonl"})), {"succeeded": True})
        self.assertEqual(archiver.close(), (0, ""))
        self.assertEqual([json.loads(line) for line in self.lines()], results)
        self.assertEqual(self.lines("paris/rtt.jsonl"), [payload()])
        self.assertEqual(os.stat(os.path.join(self.results, "results.jsonl")).st_mode & 0o777, 0o640)

    def test_rotates_by_size_and_keeps_as_many_as_wanted(self):
        archiver = self.archiver()
        for number in range(10):
            data = {"rotate-size": 10, "keep": 3}
            self.assertEqual(archiver.archive(record(data, [number, 10])), {"succeeded": True})
        self.assertEqual(self.names(), [f"results.jsonl{end}" for end in ("", ".1", ".2", ".3")])
        self.assertEqual([self.lines(name) for name in self.names()], [["[9,10]"], ["[8,10]"], ["[7,10]"], ["[6,10]"]])
        self.assertEqual(archiver.archive(record({"rotate-size": 10, "keep": 1}, "a line longer than ten bytes")),
                         {"succeeded": True})
        self.assertEqual(self.names(), ["results.jsonl", "results.jsonl.1"])
        self.assertEqual(archiver.archive(record({"rotate-size": 10, "keep": 0}, 1)), {"succeeded": True})
        self.assertEqual(self.names(), ["results.jsonl"])

    def test_rotates_by_age(self):
        archiver = self.archiver()
        data = {"rotate-every": "P1D"}
        archiver.archive(record(data, "old"))
        yesterday = time.time() - DAY
        os.utime(os.path.join(self.results, "results.jsonl"), (yesterday, yesterday))
        archiver.archive(record({}, "no matter"))
        os.utime(os.path.join(self.results, "results.jsonl"), (yesterday, yesterday))
        archiver.archive(record(data, "new"))
        self.assertEqual(self.lines(), ['"new"'])
        self.assertEqual(self.lines("results.jsonl.1"), ['"old"', '"no matter"'])

    def test_many_at_once_lose_nothing(self):
        each, writers = 100, 4

        def write(archiver, writer):
            for number in range(each):
                answer = archiver.archive(record({"rotate-size": 300, "keep": 100}, [writer, number]))
                self.assertEqual(answer, {"succeeded": True})
        self.configure(sync="no")
        threads = [threading.Thread(target=write, args=(self.archiver(), writer)) for writer in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = [tuple(json.loads(line)) for name in self.names() for line in self.lines(name)]
        self.assertEqual(sorted(found), [(writer, number) for writer in range(writers) for number in range(each)])
        self.assertGreater(len(self.names()), 5)

    def test_goes_on_after_a_line_that_a_power_failure_cut(self):
        with open(os.path.join(self.results, "results.jsonl"), "w", encoding="utf-8") as file:
            file.write('{"whole":1}\n{"cut":')
        self.archiver().archive(record({}, 2))
        self.assertEqual(self.lines(), ['{"whole":1}', '{"cut":', "2"])

    def test_leads_nowhere_else(self):
        secret = os.path.join(self.top, "secret")
        with open(secret, "w", encoding="utf-8") as file:
            file.write("ours\n")
        os.mkdir(os.path.join(self.top, "elsewhere"))
        os.symlink(secret, os.path.join(self.results, "link.jsonl"))
        os.symlink("/nonexistent/new", os.path.join(self.results, "dangling.jsonl"))
        os.symlink(os.path.join(self.top, "elsewhere"), os.path.join(self.results, "folder"))
        os.link(secret, os.path.join(self.results, "hard.jsonl"))
        os.mkfifo(os.path.join(self.results, "pipe.jsonl"))
        archiver = self.archiver()
        for name in ("../secret", "/etc/passwd", "a/../../secret", "..", ".hidden", "a//b", "a/", "", "x.1", "x.1/y",
                     "a/b/c/d/e", "line\nend", "nul\0", "x" * 101):
            self.assertIs(ask("file", "data-is-valid", {"file": name})["valid"], False, name)
            answer = archiver.archive(record({"file": name}))
            self.assertNotIn("retry", answer)
            self.assertIn("At /file: ", answer["error"])
        for name, why in (("link.jsonl", "is a link"), ("dangling.jsonl", "is a link"), ("folder/x", "not followed"),
                          ("hard.jsonl", "another name"), ("pipe.jsonl", "no ordinary file")):
            answer = archiver.archive(record({"file": name}))
            self.assertIs(answer["succeeded"], False)
            self.assertIn(why, answer["error"])
            self.assertNotIn("retry", answer)
        with open(secret, encoding="utf-8") as file:
            self.assertEqual(file.read(), "ours\n")
        self.assertEqual(os.listdir(os.path.join(self.top, "elsewhere")), [])

    def test_tasks_from_other_hosts_write_only_where_they_are_let(self):
        archiver = self.archiver()
        outside = {"from-outside": True}
        answer = archiver.archive(record({}, **outside))
        self.assertNotIn("retry", answer)
        self.assertIn("outside = yes", answer["error"])
        self.assertEqual(self.names(), [])
        self.configure(outside="yes")
        self.assertEqual(archiver.archive(record({}, **outside)), {"succeeded": True})

    def test_the_disk_is_bounded(self):
        self.configure(files_max=3, file_bytes_max=1000, keep_max=2)
        archiver = self.archiver()
        self.assertIn("file-bytes-max", archiver.archive(record({"rotate-size": 1001}))["error"])
        self.assertIn("keep-max", archiver.archive(record({"keep": 3}))["error"])
        for name in ("a/1", "b"):
            self.assertEqual(archiver.archive(record({"file": name})), {"succeeded": True})
        for name in ("c", "d/e"):
            answer = archiver.archive(record({"file": name}))
            self.assertIn("files-max", answer["error"])
            self.assertEqual(answer["retry"], "PT1M")
        self.assertEqual(archiver.archive(record({"file": "b"})), {"succeeded": True})
        self.assertEqual(self.names(), ["a", "b"])

    def test_says_what_is_missing_and_when_it_tries_again(self):
        os.rmdir(self.results)
        archiver = self.archiver()
        answers = [archiver.archive(record({}, attempts=attempts)) for attempts in (0, 4, 5, 28, 29)]
        self.assertEqual([answer.get("retry") for answer in answers], ["PT1M", "PT1M", "PT1H", "PT1H", None])
        self.assertIn(f"The directory {self.results} cannot be opened: No such file or directory", answers[0]["error"])
        policy = {"retry-policy": [{"attempts": 1, "wait": "PT10S"}, {"attempts": 4, "wait": "PT1M"}]}
        waits = [archiver.archive(record(policy, attempts=attempts)).get("retry") for attempts in range(6)]
        self.assertEqual(waits, ["PT10S", "PT1M", "PT1M", "PT1M", "PT1M", None])
        write_configuration(self.top, "file")
        self.assertIn(f"directory = /PATH\" in section [file] of {self.top}/file.conf",
                      archiver.archive(record({}))["error"])

    def test_enumerates_itself_and_judges_data(self):
        self.assertEqual(ask("file", "enumerate")["name"], "file")
        good = ({}, {"schema": 1, "file": "a/b.jsonl", "rotate-size": 1, "rotate-every": "PT1H", "keep": 0,
                     "retry-policy": []})
        for data in good:
            self.assertEqual(ask("file", "data-is-valid", data), {"valid": True})
        for data, place in (({"rotate-size": 0}, "/rotate-size"), ({"keep": -1}, "/keep"), ({"schema": 2}, "schema"),
                            ({"rotate-every": "1 day"}, "/rotate-every"), ({"fiel": "x"}, "fiel"), (None, "At /")):
            answer = ask("file", "data-is-valid", data)
            self.assertIs(answer["valid"], False)
            self.assertIn(place, answer["error"])


if __name__ == "__main__":
    main()
