"""Behaviours of mirrors: each handles one request for a file with the content `body`."""

import gzip
import socket
import struct
import time


def stalling(request, body):
    """Send half of the file, then nothing for a minute."""
    _start(request, len(body))
    request.wfile.write(body[: len(body) // 2])
    request.server.ended.wait(60)


def resetting(request, body):
    """Send half of the file, then reset the connection."""
    _start(request, len(body))
    request.wfile.write(body[: len(body) // 2])
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def truncating(request, body):
    """Announce the whole file, send half of it, and close the connection properly."""
    _start(request, len(body))
    request.wfile.write(body[: len(body) // 2])


def dripping(request, body):
    """Send a byte every tenth of a second, so that no single read takes long."""
    _start(request, len(body))
    for byte in body:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        if request.server.ended.wait(0.1):
            return


def flooding(request, _body):
    """Send zeros without end and without announcing a length."""
    request.send_response(200)
    request.end_headers()
    while not request.server.ended.is_set():
        request.wfile.write(bytes(1 << 16))


def slow_but_correct(request, body):
    """Send the file slowly, in pieces."""
    _start(request, len(body))
    for start in range(0, len(body), 1 << 14):
        request.wfile.write(body[start : start + (1 << 14)])
        time.sleep(0.001)


def redirecting(request, body):
    """Redirect to another path, which holds the file."""
    if request.path.startswith("/elsewhere"):
        _send(request, 200, body)
    else:
        _send(request, 302, b"", Location=f"/elsewhere{request.path}")


def unavailable_at_first(request, body):
    """Answer 503 to the first request."""
    _send(request, 200 if hasattr(request.server, "was_asked") else 503, body)
    request.server.was_asked = True


def _start(request, length, status=200, **headers):
    request.send_response(status)
    request.send_header("Content-Length", str(length))
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()


def _send(request, status, body, **headers):
    _start(request, len(body), status, **headers)
    request.wfile.write(body)


GZIP = {"Content-Encoding": "gzip"}
BAD = {
    "unavailable": lambda request, body: _send(request, 503, b"<html>come back later</html>"),
    "missing": lambda request, body: _send(request, 404, b""),
    "login page of a hotel": lambda request, body: _send(request, 200, b"<html>log in</html>"),
    "one byte changed": lambda request, body: _send(request, 200, bytes([body[0] ^ 1]) + body[1:]),
    "half announced": lambda request, body: _send(request, 200, body[: len(body) // 2]),
    "unpacked on the way": lambda request, body: _send(request, 200, gzip.compress(b"unpacked"), **GZIP),
    "redirecting to itself": lambda request, body: _send(request, 302, b"", Location=request.path),
    "hanging": lambda request, body: request.server.ended.wait(60),
    "stalling": stalling,
    "resetting": resetting,
    "truncating": truncating,
    "dripping": dripping,
    "flooding": flooding,
}
UNUSUAL = {
    "compressed on the way": lambda request, body: _send(request, 200, gzip.compress(body), **GZIP),
    "redirecting": redirecting,
    "slow but correct": slow_but_correct,
    "unavailable at first": unavailable_at_first,
}
