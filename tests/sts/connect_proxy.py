"""An HTTP proxy that knows CONNECT alone, in threads of the test.

SPDX-License-Identifier: Apache-2.0

    with ConnectProxy(login="bastion:secret") as proxy:
        ... something that goes through proxy.url ...
        assert proxy.asked[0]["target"] == "127.0.0.1:8443"
"""
import base64
import socket
import threading


class ConnectProxy:
    """`login`: "user:password" that is wanted, None: nobody is asked.
    `names`: {"host:port": (address, port)}, where a target leads; others
    lead where they say. `status`: what CONNECT is answered with instead of
    200. `hang`: CONNECT is never answered. `source`: the address from which
    the proxy goes on, so that servers can tell its connections.

    asked: for each CONNECT {"target", "headers", "status"}; `sent`: what
    clients sent through tunnels, as it passed."""

    def __init__(self, login=None, names=None, status=None, hang=False,
                 source="127.0.0.9"):
        self.login = login
        self.names = names or {}
        self.status = status
        self.hang = hang
        self.source = source
        self.asked = []
        self.sent = []
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        # Wakes accept() as well; close() alone would not.
        for each in [self._listener, *self._open]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def _serve(self, client):
        try:
            head = self._head(client)
            if head is not None:
                self._connect(client, *head)
        except OSError:
            pass  # the peer's business
        finally:
            if not self.hang:
                client.close()

    @staticmethod
    def _head(client):
        """(method, target, headers) of a request, None where there is none."""
        client.settimeout(30)
        text = b""
        while b"\r\n\r\n" not in text:
            # Byte by byte: what follows belongs to the tunnel.
            byte = client.recv(1)
            if not byte or len(text) > 65536:
                return None
            text += byte
        first, *lines = text.decode("latin-1").split("\r\n")[:-2]
        method, target, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return method, target, headers

    def _judge(self, method, headers):
        wanted = "Basic " + base64.b64encode(
            (self.login or "").encode()).decode()
        if method != "CONNECT":
            return 405
        if self.login and headers.get("proxy-authorization") != wanted:
            return 407
        return self.status or 200

    def _connect(self, client, method, target, headers):
        status = self._judge(method, headers)
        self.asked.append({"target": target, "headers": headers,
                           "status": None if self.hang else status})
        if self.hang:
            return
        if status != 200:
            client.sendall(b"HTTP/1.1 %d No\r\nProxy-Authenticate: Basic "
                           b"realm=\"proxy\"\r\nDate: Sat, 09 Nov 2019 "
                           b"13:34:41 GMT\r\nContent-Length: 0\r\n"
                           b"Connection: close\r\n\r\n" % status)
            return
        host, _, port = target.rpartition(":")
        server = socket.create_connection(
            self.names.get(target, (host.strip("[]"), int(port))), 10,
            source_address=(self.source, 0))
        self._open.append(server)
        # A Date that nobody may take for AWS's.
        client.sendall(b"HTTP/1.1 200 Established\r\n"
                       b"Date: Sat, 09 Nov 2019 13:34:41 GMT\r\n\r\n")
        back = threading.Thread(target=self._pump, args=(server, client, None),
                                daemon=True)
        back.start()
        self._pump(client, server, self.sent)
        back.join()
        server.close()

    @staticmethod
    def _pump(source, target, seen):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if seen is not None:
                    seen.append(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
