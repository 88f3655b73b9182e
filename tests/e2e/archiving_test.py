"""Results reach archivers: those that come along, and one in sh that keeps what it is given in a file."""

import json
import os

from harness import E2ETestCase, main, noop

BOX_METHODS = {
    "enumerate": """
cat >/dev/null
echo '{"schema": 1, "name": "box", "description": "For a test", "version": "1.0", "maintainer": {"name": "Tests"}}'
""",
    "data-is-valid": "cat >/dev/null; echo '{\"valid\": true}'\n",
    # Wants each record twice.
    "archive": """
rs=$(printf '\\036')
while read -r record; do
  printf '%s\\n' "${record#$rs}" >>"@FILE@"
  case $record in
    *'"attempts":0'*) printf '\\036{"succeeded": false, "error": "not yet", "retry": "@RETRY@"}\\n' ;;
    *) printf '\\036{"succeeded": true}\\n' ;;
  esac
done
""",
}


def archive(archiver, data=None, **members):
    return {"schema": 2, "archiver": archiver, "data": data or {}, **members}


class ArchivingTest(E2ETestCase):
    def add_box(self, retry):
        """The class root of an archiver and the file it writes."""
        root = self.new_directory()
        file = os.path.join(root, "records")
        directory = os.path.join(root, "archiver", "box")
        os.makedirs(directory)
        for method, script in BOX_METHODS.items():
            path = os.path.join(directory, method)
            with open(path, "w", encoding="utf-8") as program:
                program.write("#!/bin/sh\n" + script.replace("@FILE@", file).replace("@RETRY@", retry))
            os.chmod(path, 0o755)
        return root, file

    def test_archivers_that_come_along(self):
        daemon = self.start_daemon()
        run = daemon.api.finished_run(noop(archives=[
            archive("bitbucket"),
            archive("failer", {"fail": 0, "delay": "PT0.1S"}),
            archive("failer", {"fail": 1, "retry": 0}),
            archive("failer", {"schema": 2, "badly": True}),
            archive("failer", {"fail": 1}, runs="failed"),
        ]))
        found = daemon.api.archivings_once(run["href"], lambda archiving: archiving["completed"])
        self.assertEqual([archiving["archived"] for archiving in found], [True, True, False, False])
        self.assertEqual(found[0]["archiver"]["name"], "bitbucket")
        self.assertEqual([archiving["diags"][0]["return-code"] for archiving in found], [0, 0, 0, 1])
        self.assertIn("badly", found[3]["diags"][0]["stderr"])
        self.assertEqual(daemon.api.get("/stat/archiving/backlog").text, "0\n")
        refused = daemon.api.post("/tasks", noop(archives=[archive("failer", {"fail": "often"})]))
        self.assert_text_error(refused, 400)

    def test_result_is_transformed_and_survives_a_crash(self):
        root, file = self.add_box("PT3S")
        daemon = self.start_daemon(class_roots=[root])
        transform = {"script": ["{id: .id, data: .result.data, note: $note}"], "args": {"note": "häh"}}
        run = daemon.api.finished_run(noop(data={"n": 5}, archives=[archive("box", {"_key": 1}, transform=transform)]))
        daemon.api.archivings_once(run["href"], lambda archiving: archiving["diags"])
        daemon.kill()
        daemon.start()
        found = daemon.api.archivings_once(run["href"], lambda archiving: archiving["completed"])
        self.assertTrue(found[0]["archived"])
        self.assertEqual([attempt["stderr"] for attempt in found[0]["diags"]], ["not yet", ""])
        self.assertIsNone(found[0]["archiver_data"]["_key"])
        with open(file, encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        self.assertEqual([record["attempts"] for record in records], [0, 1])
        for record in records:
            self.assertEqual(record["result"], {"id": run["href"].split("/")[-1], "data": {"n": 5}, "note": "häh"})
            self.assertEqual(record["data"], {"_key": 1})
            self.assertTrue(record["run-href"].startswith("https://127.0.0.1/pscheduler/tasks/"))


if __name__ == "__main__":
    main()
