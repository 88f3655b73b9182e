"""Whole series of measurements from a Python program.

    from pscheduler.batchprocessor import BatchProcessor

    processor = BatchProcessor({"jobs": [{"task": {...}}]})
    results = processor(debug=print)

The work is done by the command "pscheduler batch", whose results these are; a batch is what that command reads
from a file, as plain Python data and without comments. Nothing beyond the standard library is needed.
"""

import copy
import json
import os
import shutil
import subprocess

__all__ = ["BatchProcessor"]


def _program():
    """The command that belongs to this package: of the build tree, installed with it, or found in PATH."""
    chosen = os.environ.get("PSCHEDULER_PROGRAM")
    if chosen:
        return chosen
    here = os.path.dirname(os.path.abspath(__file__))
    for levels in (2, 4):
        above = os.path.normpath(os.path.join(here, *[os.pardir] * levels))
        program = os.path.join(above, "bin", "pscheduler")
        if os.access(program, os.X_OK):
            return program
    found = shutil.which("pscheduler")
    if found:
        return found
    raise ValueError("The program pscheduler is not installed; put its directory into PATH, "
                     "or name it in the environment variable PSCHEDULER_PROGRAM")


def _no_debug(_message):
    """The default: nobody wants to know."""


class BatchProcessor:
    """A batch that was found to be valid and can be run, more than once.

    Each call runs all of it afresh, with the batch as it was when this was made. No state is kept between calls.
    """

    def __init__(self, spec, assist=None, assist_bind=None, lead=None, bind=None):
        """Checks the batch and that the assist answers.

        spec -- the batch: a dictionary with "jobs"
        assist -- server that names participants, default PSCHEDULER_ASSIST or this host
        assist_bind -- address to ask the assist from
        lead -- server that leads tasks which do not say where they run, default this host
        bind -- address to make the other requests from

        Raises ValueError when the batch is not valid or the assist cannot be reached.
        """
        self._spec = copy.deepcopy(spec)
        self._options = []
        for option, value in (("--assist", assist), ("--assist-bind", assist_bind), ("--lead", lead),
                              ("--bind", bind)):
            if value is not None:
                self._options += [option, str(value)]
        self._run(["--check"], _no_debug)

    def __call__(self, dry_run=False, debug=_no_debug):
        """Runs the batch and returns it with its results.

        dry_run -- do everything but measure; each result is empty
        debug -- is called with a string, maybe of several lines, for whatever is done

        Raises ValueError when a transform, the number of iterations or a continue-if is not right. A measurement
        that fails is a result like others.
        """
        if not callable(debug):
            raise ValueError("debug must be callable")
        options = ["--dry"] if dry_run else []
        if debug is not _no_debug:
            options.append("--debug")
        return self._run(options, debug)

    def _run(self, options, debug):
        """One run of the command, which tells everything as lines of JSON."""
        try:
            text = json.dumps(self._spec, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as problem:
            raise ValueError(f"The batch cannot be written as JSON: {problem}") from problem
        command = [_program(), "batch", "--events", *self._options, *options]
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, encoding="utf-8")
        except OSError as problem:
            raise ValueError(f"{command[0]} cannot be started: {problem}") from problem
        with process:
            try:
                return self._converse(process, text, debug)
            except BaseException:
                process.terminate()
                raise

    @staticmethod
    def _converse(process, text, debug):
        """Hands the batch over and reads what comes of it. The command reads all before it writes anything."""
        try:
            with process.stdin:
                process.stdin.write(text)
        except BrokenPipeError:
            pass  # it says why it does not want it
        result = None
        error = None
        for line in process.stdout:
            event = json.loads(line)
            if "debug" in event:
                debug(event["debug"])
            error = event.get("error", error)
            result = event.get("result", result)
        words = process.stderr.read().strip()
        status = process.wait()
        if error is not None:
            raise ValueError(error.strip())
        if status != 0:
            raise ValueError(words or f"pscheduler batch ended with status {status}")
        return result
