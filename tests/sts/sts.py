"""LocalSts: the local STS from a test.

SPDX-License-Identifier: Apache-2.0

    with LocalSts() as sts:
        sts.fault("throttle", count=1)
        ... something that calls sts.https_url ...
        assert sts.requests()[-1]["parameters"]["RoleArn"] == ...
"""
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time

import example

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"


class LocalSts:
    """`state`: a dict as in README.md, None: example.state(). `directory`:
    where certificates go, None: a new one that stop() removes. `settings`:
    see state.SETTINGS. After stop(), start() comes up on the same ports with
    the same CA, but has forgotten what it issued."""

    def __init__(self, state=None, directory=None, **settings):
        self.state = example.state() if state is None else state
        self.settings = settings
        self._own = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="local-sts.")
        self.log_file = os.path.join(self.directory, "server.log")
        self._process = None
        self.http_port = self.https_port = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def start(self, seconds=20):
        """Starts the server and waits until it listens."""
        if self._process is not None:
            raise RuntimeError("the local STS runs already")
        raw = dict(self.state)
        raw["settings"] = dict(raw.get("settings", {}), **self.settings)
        os.makedirs(self.directory, exist_ok=True)
        wanted = os.path.join(self.directory, "state.json")
        ready = os.path.join(self.directory, "ready.json")
        with open(wanted, "w", encoding="utf-8") as file:
            json.dump(raw, file)
        if os.path.exists(ready):
            os.unlink(ready)
        with open(self.log_file, "wb") as log:
            self._process = self._spawn(ready, wanted, log)
        end = time.monotonic() + seconds
        while not os.path.exists(ready):
            if self._process.poll() is not None:
                code = self._process.returncode
                self._process = None
                with open(self.log_file, encoding="utf-8") as log:
                    raise RuntimeError("the local STS ended with %d: %s"
                                       % (code, log.read().strip()))
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError("the local STS is not ready after %d s"
                                   % seconds)
            time.sleep(0.01)
        with open(ready, encoding="utf-8") as file:
            about = json.load(file)
        self.pid = about["pid"]
        self.http_port = about["http_port"]
        self.https_port = about["https_port"]
        self.http_url = about["http_url"]
        self.https_url = about["https_url"]
        self.ca_file = about["ca_file"]
        self.ca_path = about["ca_path"]
        return self

    def _spawn(self, ready, wanted, log):
        # The pipe as standard input ends with this process, and the server
        # with it: no run leaves one behind.
        return subprocess.Popen(
            [PYTHON, os.path.join(HERE, "server.py"),
             "--dir", self.directory, "--ready", ready, "--state", wanted,
             "--http-port", str(self.http_port),
             "--https-port", str(self.https_port), "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log)

    def stop(self):
        """Ends the server; connections to its ports are then refused."""
        process, self._process = self._process, None
        if process is None:
            return
        process.stdin.close()
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    def close(self):
        """stop(), and the folder goes if it is the object's own."""
        self.stop()
        if self._own:
            shutil.rmtree(self.directory, ignore_errors=True)

    def running(self):
        return self._process is not None and self._process.poll() is None

    def control(self, verb, **fields):
        """One verb of the control interface; returns its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port,
                                                timeout=10)
        try:
            connection.request("POST", "/_control",
                               json.dumps(dict(fields, verb=verb)))
            reply = connection.getresponse()
            value = json.loads(reply.read())
        finally:
            connection.close()
        if reply.status != 200:
            raise ValueError(value["error"])
        return value

    def status(self):
        """What is set, as GET /_control says it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port,
                                                timeout=10)
        try:
            connection.request("GET", "/_control")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def fault(self, kind, count=None, skip=0, when=None, **options):
        """See misbehave.py. count=None: until clear()."""
        return self.control("fault", kind=kind, count=count, skip=skip,
                            when=when, **options)

    def clear(self):
        """No faults any more; what hangs is let go."""
        return self.control("clear")

    def set(self, **settings):
        """Change settings of the running server."""
        return self.control("set", **settings)

    def load(self, state):
        """Other users and roles; settings not named stay."""
        return self.control("state", state=state)

    def expire(self, access_key=None):
        """End issued credentials now; None: all."""
        return self.control("expire", access_key=access_key)["expired"]

    def forget(self):
        """Empty the list of requests."""
        return self.control("forget")

    def requests(self, since=0, action=None):
        """Records of what arrived, oldest first."""
        found = self.control("requests", since=since)["requests"]
        return [record for record in found
                if action in (None, record["action"])]

    def wait_for_requests(self, count, seconds=10, action=None):
        """As requests(), once there are `count`; else AssertionError."""
        end = time.monotonic() + seconds
        while True:
            found = self.requests(action=action)
            if len(found) >= count:
                return found
            assert time.monotonic() < end, "%d of %d requests came" % (
                len(found), count)
            time.sleep(0.02)
