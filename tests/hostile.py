"""A local mirror of files, and its behaviours: each handles one request for a file with the content `body`."""

import gzip
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def mirror(behaviour, contents):
    """Serve files on the loopback interface; yield the address, and the names of the files that are asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rpartition("/")[2]
            asked.append(name)
            with suppress(ConnectionError):  # the client may have given up
                behaviour(self, contents[name])

        def do_HEAD(self):
            send(self, 200, b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.ended = threading.Event()
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()  # seconds from shutdown to its end
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()


def send(request, status, body, length=None, **headers):
    request.send_response(status)
    for name, value in {"Content-Length": str(length or len(body)), **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def good(request, body):
    send(request, 200, body)


def truncating(request, body):
    send(request, 200, body[: len(body) // 2], len(body))


def stalling(request, body):
    truncating(request, body)
    request.server.ended.wait(60)


def resetting(request, body):
    truncating(request, body)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def dripping(request, body, size=1, seconds=0.1):
    send(request, 200, b"", len(body))
    for start in range(0, len(body), size):
        request.wfile.write(body[start : start + size])
        if request.server.ended.wait(seconds):
            return


def flooding(request, _body):
    request.send_response(200)
    request.end_headers()
    while not request.server.ended.is_set():
        request.wfile.write(bytes(1 << 16))


def redirecting(request, body):
    send(request, 200 if request.path.startswith("/elsewhere") else 302, body, Location=f"/elsewhere{request.path}")


def unavailable_at_first(request, body):
    send(request, 200 if hasattr(request.server, "was_asked") else 503, body)
    request.server.was_asked = True


GZIP = {"Content-Encoding": "gzip"}
BAD = {
    "unavailable": lambda request, body: send(request, 503, b"<html>come back later</html>"),
    "login page of a hotel": lambda request, body: send(request, 200, b"<html>log in</html>"),
    "one byte changed": lambda request, body: send(request, 200, bytes([body[0] ^ 1]) + body[1:]),
    "half announced": lambda request, body: send(request, 200, body[: len(body) // 2]),
    "unpacked on the way": lambda request, body: send(request, 200, gzip.compress(b"unpacked"), **GZIP),
    "redirecting to itself": lambda request, body: send(request, 302, b"", Location=request.path),
    "hanging": lambda request, body: request.server.ended.wait(60),
    "stalling": stalling,
    "resetting": resetting,
    "truncating": truncating,
    "dripping": dripping,
    "flooding": flooding,
}
UNUSUAL = {
    "compressed on the way": lambda request, body: send(request, 200, gzip.compress(body), **GZIP),
    "redirecting": redirecting,
    "slow but correct": lambda request, body: dripping(request, body, 1 << 14, 0.001),
    "unavailable at first": unavailable_at_first,
}
