"""Behaviours of mirrors, most of them bad: each function handles one request for a file with the content `body`."""

import gzip
import socket
import struct
import time


def unavailable(request, _body):
    """Answer 503, with a web page."""
    _send(request, 503, b"<html>come back later</html>", **{"Content-Type": "text/html"})


def missing(request, _body):
    """Answer 404."""
    _send(request, 404, b"")


def login_page(request, _body):
    """Answer 200, with the login page of a hotel's network."""
    _send(request, 200, b"<html>log in</html>", **{"Content-Type": "text/html"})


def changed(request, body):
    """Send the right length with one byte changed, so that the hash is wrong."""
    _send(request, 200, bytes([body[0] ^ 1]) + body[1:])


def hanging(request, _body):
    """Accept the request and send nothing for a minute."""
    request.server.ended.wait(60)


def stalling(request, body):
    """Send half of the file, then nothing for a minute."""
    _head(request, len(body))
    request.wfile.write(body[: len(body) // 2])
    request.server.ended.wait(60)


def resetting(request, body):
    """Send half of the file, then reset the connection."""
    _head(request, len(body))
    request.wfile.write(body[: len(body) // 2])
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def truncating(request, body):
    """Announce the whole file, send half of it, and close the connection properly."""
    _head(request, len(body))
    request.wfile.write(body[: len(body) // 2])


def announcing_less(request, body):
    """Announce half of the file, and send that half."""
    _send(request, 200, body[: len(body) // 2])


def dripping(request, body):
    """Send a byte every tenth of a second, so that no single read takes long."""
    _head(request, len(body))
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


def unpacking(request, body):
    """Declare the file's own compression as the transport's, so that it is unpacked on the way."""
    _send(request, 200, gzip.compress(b"unpacked") if body[:2] != b"\x1f\x8b" else body, **{"Content-Encoding": "gzip"})


def redirecting_to_itself(request, _body):
    """Redirect to itself."""
    _send(request, 302, b"", Location=request.path)


def unavailable_at_first(request, body):
    """Answer 503 to the first request."""
    _send(request, 200 if hasattr(request.server, "was_asked") else 503, body)
    request.server.was_asked = True


def compressing(request, body):
    """Compress for the transport, which is allowed: the file arrives unchanged."""
    _send(request, 200, gzip.compress(body), **{"Content-Encoding": "gzip"})


def redirecting(request, body):
    """Redirect to another path, which holds the file."""
    if request.path.startswith("/elsewhere"):
        _send(request, 200, body)
    else:
        _send(request, 302, b"", Location=f"/elsewhere{request.path}")


def slow_but_correct(request, body):
    """Send the file slowly, in pieces."""
    _head(request, len(body))
    for start in range(0, len(body), 1 << 14):
        request.wfile.write(body[start : start + (1 << 14)])
        time.sleep(0.001)


def _head(request, length):
    request.send_response(200)
    request.send_header("Content-Length", str(length))
    request.end_headers()


def _send(request, status, body, **headers):
    request.send_response(status)
    request.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
