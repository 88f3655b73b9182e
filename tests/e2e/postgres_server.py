"""A real PostgreSQL in a directory of its own."""

import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile

from harness import DEADLINE

PROGRAMS = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), None)


def _user():
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres(contextlib.AbstractContextManager):
    """It listens at a socket in `directory`, and on 127.0.0.1 for `writer`, whose password is `password`."""

    password = "pa55-of-writer"

    def __init__(self, certificate=None):
        self._user = _user()
        self.directory = tempfile.mkdtemp(prefix="pscheduler-postgres-")
        self._data = os.path.join(self.directory, "data")
        if self._user:
            shutil.chown(self.directory, self._user)
        self._run("initdb", "-D", self._data, "-U", "owner", "--auth-local=trust", "--auth-host=scram-sha-256",
                  "--no-sync", "--no-locale", "-E", "UTF8")
        self._configure(certificate)
        for _ in range(5):  # another program may take the port first
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            with contextlib.suppress(subprocess.CalledProcessError):
                self.start()
                break
        self.sql(f"CREATE ROLE writer LOGIN PASSWORD '{self.password}'")

    def _configure(self, certificate):
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": self.directory, "fsync": "off",
                    "max_connections": "20", "shared_buffers": "1MB"}
        if certificate:
            settings["ssl"] = "on"
            for name, file in zip(("ssl_cert_file", "ssl_key_file"), certificate):
                settings[name] = shutil.copy(file, self.directory)
                if self._user:
                    shutil.chown(settings[name], self._user)
                os.chmod(settings[name], 0o600)
        with open(os.path.join(self._data, "postgresql.conf"), "a", encoding="utf-8") as file:
            for name, value in settings.items():
                file.write(f"{name} = '{value}'\n")

    def _run(self, program, *arguments):
        return subprocess.run([os.path.join(PROGRAMS, program), *arguments], check=True, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=DEADLINE, cwd="/", user=self._user).stdout

    def start(self):
        subprocess.run([os.path.join(PROGRAMS, "pg_ctl"), "-w", "-D", self._data, "-o", f"-p {self.port}", "-l",
                        os.path.join(self.directory, "log"), "start"], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=DEADLINE, cwd="/", user=self._user)

    def stop(self):
        self._run("pg_ctl", "-w", "-D", self._data, "-m", "immediate", "stop")

    def sql(self, statement):
        """What it answers, as its owner; a row a line."""
        return self._run("psql", "-h", self.directory, "-p", str(self.port), "-U", "owner", "-d", "postgres", "-At",
                         "-v", "ON_ERROR_STOP=1", "-c", statement).splitlines()

    def dsn(self, **members):
        """A connection text for `writer`."""
        members = {"host": "127.0.0.1", "port": self.port, "user": "writer", "password": self.password,
                   "dbname": "postgres", **members}
        return " ".join(f"{name}={value}" for name, value in members.items() if value is not None)

    def __exit__(self, *_):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
