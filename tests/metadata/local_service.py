"""What both local services share: threads, addresses, faults, a log.

SPDX-License-Identifier: Apache-2.0
"""
import http.server
import socket
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """One request. `self.server.service` is the Service it belongs to."""
    protocol_version = "HTTP/1.1"
    server_version = "EC2ws"
    sys_version = ""

    def log_message(self, *_):
        pass

    def reply(self, status, text="", content_type="text/plain", headers=()):
        self.record["status"] = status
        data = text if isinstance(text, bytes) else text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _serve(self):
        service = self.server.service
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            self.rfile.read(length)
        self.record = {"method": self.command, "path": self.path,
                       "headers": {name.lower(): value for name, value
                                   in self.headers.items()},
                       "address": self.server.server_address[0],
                       "status": None}
        service.requests.append(self.record)
        if service.take("hang"):
            service.released.wait(60)
            self.close_connection = True
            return
        if service.take("error_500"):
            self.reply(500, "<html>500 - Internal Server Error</html>",
                       "text/html")
            return
        if service.take("redirect"):
            self.reply(302, headers=[("Location", "http://127.0.0.1:1/")])
            return
        service.answer(self)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Server6(_Server):
    address_family = socket.AF_INET6


class Service:
    """Subclasses give `answer(handler)`. `requests`: what came, in order:
    method, path, headers (names in lower case), address, status. `tls`: an
    ssl.SSLContext, for https; set before start()."""

    tls = None

    def __init__(self, addresses, port=80):
        self.addresses = addresses
        self.port = port
        self.servers = []
        self.requests = []
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        """No fault any more; what hangs is let go."""
        if hasattr(self, "released"):
            self.released.set()
        self.released = threading.Event()
        self.faults = {}

    def fault(self, kind, count=None):
        """From now on, or `count` times."""
        if kind not in self.KINDS:
            raise ValueError("unknown fault " + kind)
        self.faults[kind] = count

    def take(self, kind):
        """Is this fault set? One time less remains."""
        with self._lock:
            if kind not in self.faults:
                return False
            count = self.faults[kind]
            if count is not None:
                if count <= 1:
                    del self.faults[kind]
                else:
                    self.faults[kind] = count - 1
            return True

    def start(self):
        for address in self.addresses:
            kind = _Server6 if ":" in address else _Server
            server = kind((address, self.port), Handler)
            server.service = self
            if self.tls is not None:
                server.socket = self.tls.wrap_socket(server.socket,
                                                     server_side=True)
            self.servers.append(server)
            threading.Thread(target=server.serve_forever, args=(0.02,),
                             daemon=True).start()

    def stop(self):
        self.clear()
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.servers = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def url(self):
        host, port = self.servers[0].server_address[:2]
        return "http://%s:%d" % ("[%s]" % host if ":" in host else host, port)

    def paths(self):
        return ["%s %s" % (each["method"], each["path"])
                for each in self.requests]
