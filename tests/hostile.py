"""What a mirror may do instead of sending its files: each takes the handler of one request for `body`."""

import gzip
import socket
import struct
import time


def unavailable(request, _body):
    """503, with a web page."""
    _send(request, 503, b"<html>come back later</html>", **{"Content-Type": "text/html"})


def missing(request, _body):
    """404."""
    _send(request, 404, b"")


def login_page(request, _body):
    """200, with the page that a hotel's network wants to be clicked."""
    _send(request, 200, b"<html>log in</html>", **{"Content-Type": "text/html"})


def changed(request, body):
    """One byte is another: right length, wrong hash."""
    _send(request, 200, bytes([body[0] ^ 1]) + body[1:])


def hanging(request, _body):
    """It takes the request and says nothing for a minute."""
    request.server.ended.wait(60)


def stalling(request, body):
    """It sends half of the file, and then nothing for a minute."""
    _head(request, len(body))
    request.wfile.write(body[: len(body) // 2])
    request.server.ended.wait(60)


def resetting(request, body):
    """It sends half of the file and resets the connection."""
    _head(request, len(body))
    request.wfile.write(body[: len(body) // 2])
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def cutting_short(request, body):
    """It announces the whole file, sends half of it, and ends the connection in good order."""
    _head(request, len(body))
    request.wfile.write(body[: len(body) // 2])


def announcing_less(request, body):
    """It announces half of the file, and sends that."""
    _send(request, 200, body[: len(body) // 2])


def dripping(request, body):
    """It sends a byte every tenth of a second: no read ever takes long."""
    _head(request, len(body))
    for byte in body:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        if request.server.ended.wait(0.1):
            return


def flooding(request, _body):
    """It sends zeros without end and announces no length."""
    request.send_response(200)
    request.end_headers()
    while not request.server.ended.is_set():
        request.wfile.write(bytes(1 << 16))


def unpacking(request, body):
    """It calls the file's own compression one of the transport, so that it is unpacked on the way."""
    _send(request, 200, gzip.compress(b"unpacked") if body[:2] != b"\x1f\x8b" else body, **{"Content-Encoding": "gzip"})


def turning_in_circles(request, _body):
    """It redirects to itself."""
    _send(request, 302, b"", Location=request.path)


def packing(request, body):
    """It compresses for the transport, as it may: the file arrives as it is."""
    _send(request, 200, gzip.compress(body), **{"Content-Encoding": "gzip"})


def redirecting(request, body):
    """It redirects to another path, where the file is."""
    if request.path.startswith("/elsewhere"):
        _send(request, 200, body)
    else:
        _send(request, 302, b"", Location=f"/elsewhere{request.path}")


def slow_but_honest(request, body):
    """It takes its time, in pieces."""
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
