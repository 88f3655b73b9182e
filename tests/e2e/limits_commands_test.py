"""The commands about limits, with name servers and HTTP services of their own: nothing of the outside is asked."""

import http.server
import json
import os
import ssl
import subprocess
import tempfile
import threading

from harness import E2ETestCase, main, run_cli
from name_server import A, PTR, SILENT, SERVER_FAILURE, TXT, NameServer

NOBODY_LISTENS = "127.0.0.1:9"
RTT = {"schema": 1, "test": {"type": "rtt", "spec": {"dest": "ps2.example.net"}}}
THROUGHPUT = {"schema": 1, "test": {"type": "throughput", "spec": {"dest": "ps2.example.net", "duration": "PT5M"}}}


def identifier(name, kind, data, **more):
    return {"name": name, "description": name, "type": kind, "data": data, **more}


def limits_file(identifiers=(), limits=(), applications=None, **more):
    """Everybody is classified as everybody, and members of each identifier under its name."""
    everybody = [identifier("everybody", "always", {})] + list(identifiers)
    names = [one["name"] for one in everybody]
    return {"schema": 4, "identifiers": everybody,
            "classifiers": [{"name": name, "description": name, "identifiers": [name]} for name in names],
            "limits": list(limits) + [{"name": "pass", "type": "pass-fail", "data": {"pass": True}}],
            "applications": applications if applications is not None
            else [{"description": "All", "apply": [{"require": "all", "limits": [one["name"] for one in limits]}]}],
            **more}


class Service:
    """An HTTP service with an answer (status, body) for each path; others do not exist."""

    def __init__(self, answers, certificate=None):
        service = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                service.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                status, body = answers.get(self.path.split("?")[0], (404, ""))
                body = body.encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body.decode())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = "%s://127.0.0.1:%d" % (scheme, self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class LimitsTestCase(E2ETestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, document):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(document if isinstance(document, str) else json.dumps(document))
        return path

    def serve(self, answers, certificate=None):
        service = Service(answers, certificate)
        self.addCleanup(service.close)
        return service

    def names(self, table):
        server = NameServer(table)
        self.addCleanup(server.close)
        return server

    def explain(self, limits, task=None, *options, status=None):
        """The JSON of `limits explain`."""
        ran = run_cli("limits", "explain", "--format", "json", "--config", self.write("limits.conf", limits), *options,
                      self.write("task.json", task or RTT), server=NOBODY_LISTENS)
        self.assertIn(ran.returncode, (0, 1), ran.stderr)
        answer = json.loads(ran.stdout)
        self.assertEqual(ran.returncode, 0 if answer["passed"] else 1)
        if status is not None:
            self.assertEqual(ran.returncode, status, answer["diags"])
        return answer

    def identified(self, answer):
        return [one["name"] for one in answer["trace"]["identifiers"] if one["matched"]]


class ValidateTest(LimitsTestCase):
    def validate(self, text, *options):
        return run_cli("validate-limits", *options, self.write("limits.conf", text), server=NOBODY_LISTENS)

    def test_valid(self):
        ran = self.validate(limits_file())
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))
        ran = self.validate("file://" + self.write("real.conf", limits_file()))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        service = self.serve({"/limits": (200, json.dumps(limits_file())), "/other": (201, json.dumps(limits_file())),
                              "/moved": (302, "/limits")})
        self.assertEqual(self.validate(service.url + "/limits\n").returncode, 0)
        self.assertEqual(self.validate(service.url + "/moved").returncode, 0)
        self.assertEqual(self.validate(service.url + "/other").returncode, 1)
        self.assertEqual(self.validate("http://127.0.0.1:9/").returncode, 1)

    def test_all_problems_at_once(self):
        ran = self.validate("""{ "schema": 4,
  "identifiers": [ {"name": "any", "description": "", "type": "allways", "data": {}},
    {"name": "f", "description": "", "type": "ip-cidr-list", "invert": true, "data": {"cidrs": ["10.0.0.1/8"]}} ],
  "classifiers": [ {"name": "all", "description": "", "identifiers": ["anyy"]} ],
  "limits": [ {"name": "j", "type": "jq", "data": {"script": ["true and", ".test |"]}} ],
  "applications": [ {"aply": []} ] }""")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        lines = ran.stderr.splitlines()
        self.assertRegex(lines[0], "warning: line 3, .*/identifiers/1/invert: ")
        self.assertEqual(lines[1], "The limits are not valid:")
        for line, expected in zip(lines[2:], [
                "line 2, column 63, at /identifiers/0/type: .*did you mean 'always'", "line 3, column 97, at .*/cidrs/0: .*10.0.0.0/8",
                "line 4, .*/classifiers/0/identifiers/0: .*'any'", "line 5, .*/limits/0/data/script: .*line 2",
                "line 6, .*/applications/0: 'apply' is missing", "line 6, .*/applications/0/aply: .*'apply'"]):
            self.assertRegex(line, expected)
        self.assertEqual(len(lines), 8)

    def test_json(self):
        ran = self.validate({"schema": 1}, "--format", "json")
        self.assertEqual((ran.returncode, ran.stderr), (1, ""))
        report = json.loads(ran.stdout)
        self.assertFalse(report["valid"])
        self.assertEqual(len(report["problems"]), 4)
        self.assertEqual(report["problems"][0]["line"], 1)

    def test_unreadable(self):
        ran = run_cli("validate-limits", os.path.join(self.folder, "nosuch"), server=NOBODY_LISTENS)
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("nosuch", ran.stderr)


class ExplainTest(LimitsTestCase):
    def test_text(self):
        limits = self.write("limits.conf", limits_file(
            limits=[{"name": "light", "type": "test-type", "data": {"types": ["rtt", "trace"]}}]))
        ran = run_cli("limits", "explain", "--config", limits, self.write("task.json", THROUGHPUT), server=NOBODY_LISTENS)
        self.assertEqual((ran.returncode, ran.stderr), (1, ""))
        self.assertEqual(ran.stdout, "Denied: limit 'light' of application 'All': Test type throughput is not allowed; "
                                     "allowed: rtt, trace.\n")
        ran = run_cli("limits", "explain", "-v", "--config", limits, self.write("task.json", RTT), server=NOBODY_LISTENS)
        self.assertEqual(ran.returncode, 0)
        self.assertIn("\nApplications\n  + All\n    + all of these:\n      + light\n", ran.stdout)

    def test_refused(self):
        task = self.write("task.json", RTT)
        for config in (self.write("bad.conf", "{}"), os.path.join(self.folder, "nosuch")):
            ran = run_cli("limits", "explain", "--config", config, task, server=NOBODY_LISTENS)
            self.assertEqual((ran.returncode, ran.stdout), (2, ""))
            self.assertNotEqual(ran.stderr, "")

    def test_phases(self):
        limits = limits_file(limits=[{"name": "morning", "type": "run-schedule", "data": {"hour": [8]}}],
                             rewrite={"script": ".reference = 1 | change(\"marked\")"}, priority={"script": "set(7; \"base\")"})
        submitted = self.explain(limits, status=0)
        self.assertEqual((submitted["priority"], submitted["task"]["reference"]), (0, 1))
        run = self.explain(limits, RTT, "--at", "2030-01-01T08:00:00+05:00", "--duration", "PT1M", status=0)
        self.assertEqual((run["priority"], run["task"]), (7, None))
        self.explain(limits, RTT, "--at", "2030-01-01T08:59:30+05:00", "--duration", "PT1M", status=1)
        self.explain(limits, RTT, "--at", "2030-01-01T08:00:00Z", "--duration", "PT1M", status=0)
        own = dict(RTT, run_schedule={"start": "2030-01-01T09:00:00Z", "duration": "PT1M"})
        self.explain(limits, own, status=1)
        self.explain(limits, own, "--phase", "submit", status=0)

    def test_quotas_are_taken_as_unused(self):
        quota = {"name": "daily", "type": "quota",
                 "data": {"per": "network", "period": "P1D", "runs": 10, "time": "PT2M"}}
        limits = self.write("limits.conf", limits_file(limits=[quota]))

        def explain(task, *options):
            return run_cli("limits", "explain", "--config", limits, "--as", "203.0.113.5", *options,
                           self.write("task.json", task), server=NOBODY_LISTENS)
        ran = explain(RTT, "--at", "2030-01-01T08:00:00Z", "--duration", "PT1M")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(ran.stdout, "Passes: application 'All' lets it.\n"
                         "  Limit 'daily': 0 of 10 runs, PT0S of PT2M within P1D, taken as unused: what is used is "
                         "known to the server alone.\n")
        ran = explain(THROUGHPUT)
        self.assertEqual((ran.returncode, ran.stderr), (1, ""))
        self.assertEqual(ran.stdout, "Denied: limit 'daily' of application 'All': Quota 'daily' of 203.0.113.0/24 is never "
                         "enough for this (a run, PT5M): it is 10 runs, PT2M within P1D.\n")

    def test_scripts_without_end_deny(self):
        answer = self.explain(limits_file(limits=[{"name": "loop", "type": "jq", "data": {"script": "def f: f; f"}}]), status=1)
        self.assertIn("did not end", answer["verdict"])

    def test_dns(self):
        server = self.names({
            "1.2.0.192.in-addr.arpa": {PTR: ["ps.example.net", "other.example.net"]},
            "ps.example.net": {A: ["198.51.100.1", "192.0.2.1"]},
            "1.2.0.192.v4.fullbogons.cymru.com": {A: ["127.0.0.2"]},
            "2.2.0.192.v4.fullbogons.cymru.com": {TXT: ["no address"]},
            "3.2.0.192.v4.fullbogons.cymru.com": SERVER_FAILURE,
            "1.2.0.192.origin.asn.cymru.com": {TXT: ["64512 64513 | 192.0.2.0/24 | US", "1 | x"]}})
        limits = limits_file([
            identifier("name", "ip-reverse-dns", {"match": {"style": "exact", "match": "ps.example.net"}, "timeout": "PT5S"}),
            identifier("bogon", "ip-cymru-bogon", {"exclude": [], "fail-result": True, "timeout": "PT5S"}),
            identifier("as", "ip-cymru-asn", {"asns": [64513], "fail-result": False, "timeout": "PT5S"})])
        for requester, expected in (("192.0.2.1", ["name", "bogon", "as"]), ("192.0.2.2", ["bogon"]),
                                    ("192.0.2.3", ["bogon"]), ("192.0.2.4", [])):
            with self.subTest(requester=requester):
                answer = self.explain(limits, RTT, "--as", requester, "--resolver", server.address)
                self.assertEqual(self.identified(answer), ["everybody"] + expected)

    def test_silent_name_servers_decide_as_the_file_says(self):
        server = self.names({"1.2.0.192.v4.fullbogons.cymru.com": SILENT, "1.2.0.192.origin.asn.cymru.com": SILENT})
        limits = limits_file([
            identifier("bogon", "ip-cymru-bogon", {"exclude": [], "fail-result": True, "timeout": "PT0.5S"}),
            identifier("as", "ip-cymru-asn", {"asns": [1], "fail-result": False, "timeout": "PT0.5S"})])
        answer = self.explain(limits, RTT, "--as", "192.0.2.1", "--resolver", server.address)
        self.assertEqual(self.identified(answer), ["everybody", "bogon"])

    def test_lists(self):
        service = self.serve({"/list": (200, "192.0.2.0/24\r\n# all\n"), "/moved": (302, "/list"), "/down": (500, "192.0.2.0/24"),
                              "/json": (200, json.dumps({"networks": ["192.0.2.0/25", "2001:db8::/32"]}))})
        common = {"update": "PT1H", "retry": "PT1M"}
        networks = self.write("networks.txt", "192.0.2.1\n")
        limits = limits_file([
            identifier("plain", "ip-cidr-list-url", dict(common, source=service.url + "/list")),
            identifier("moved", "ip-cidr-list-url", dict(common, source=service.url + "/moved", exclude=["192.0.2.77"])),
            identifier("down", "ip-cidr-list-url", dict(common, source=service.url + "/down")),
            identifier("down-open", "ip-cidr-list-url", dict(common, source=service.url + "/down", **{"fail-state": True})),
            identifier("json", "ip-cidr-list-url", dict(common, source=service.url + "/json", transform={"script": ".networks[]"})),
            identifier("file", "ip-cidr-list-url", dict(common, source="file://" + networks))])
        answer = self.explain(limits, RTT, "--as", "192.0.2.1")
        self.assertEqual(self.identified(answer), ["everybody", "plain", "moved", "down-open", "json", "file"])
        answer = self.explain(limits, RTT, "--as", "192.0.2.77")
        self.assertEqual(self.identified(answer), ["everybody", "plain", "down-open", "json"])

    def ask(self, url, **more):
        return limits_file(limits=[{"name": "ask", "type": "url-fetch", "data": {"url": url, **more}}])

    def test_services(self):
        service = self.serve({"/yes": (200, '{"passed": true}'), "/no": (200, '{"passed": false, "message": "Not today"}'),
                              "/moved": (302, "/yes")})
        everything = {"headers-transform": {"script": ".headers.\"X-Who\" = hint(\"requester\")"},
                      "params": {"a": "b c"}, "params-transform": {"script": "."}}
        self.explain(self.ask(service.url + "/yes", **everything), RTT, "--as", "192.0.2.1", status=0)
        path, headers = service.requests[-1]
        self.assertEqual((path, headers["x-who"]), ("/yes?a=b+c", "192.0.2.1"))
        self.assertIn("Not today", self.explain(self.ask(service.url + "/no"), status=1)["verdict"])
        self.explain(self.ask(service.url + "/moved"), status=0)
        self.explain(self.ask(service.url + "/moved", **{"follow-redirects": False}), status=1)
        self.explain(self.ask(service.url + "/gone", **{"fail-result": True}), status=0)
        self.explain(self.ask("http://127.0.0.1:9/"), status=1)

    def test_certificates(self):
        certificate = os.path.join(self.folder, "both.pem")
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-keyout", certificate + ".key", "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                               "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True, check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        with open(certificate, "a", encoding="utf-8") as both, open(certificate + ".key", encoding="utf-8") as key:
            both.write(key.read())
        service = self.serve({"/yes": (200, '{"passed": true}')}, certificate)
        self.assertRegex(self.explain(self.ask(service.url + "/yes"), status=1)["verdict"], "certificate")
        self.explain(self.ask(service.url + "/yes", **{"verify-keys": False}), status=0)
        os.environ["SSL_CERT_FILE"] = certificate
        self.addCleanup(os.environ.pop, "SSL_CERT_FILE")
        self.explain(self.ask(service.url + "/yes"), status=0)


class DiagsTest(LimitsTestCase):
    def test_default(self):
        config = self.write("limits.conf", limits_file(
            limits=[{"name": "idle", "type": "test-type", "data": {"types": ["idle"]}}],
            rewrite={"script": ".reference = 1 | change(\"marked\")"}, priority={"script": "set(3; \"three\")"}))
        ran = run_cli("limit-diags", "--config", config, "--duration", "PT1M", server=NOBODY_LISTENS)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout, r"^Run at 20\S+ for PT1M\n\nHints:\n  requester: 127.0.0.1\n")
        self.assertIn("Task rewritten:\n  marked\n", ran.stdout)
        self.assertIn("Priority set to 3:\n  three  (Set to 3)\n", ran.stdout)
        self.assertIn('"reference": 1', ran.stdout)
        ran = run_cli("limit-diags", "--config", config, self.write("task.json", RTT), server=NOBODY_LISTENS)
        self.assertEqual(ran.returncode, 0)
        self.assertIn("Proposal is not within limits", ran.stdout)


if __name__ == "__main__":
    main()
