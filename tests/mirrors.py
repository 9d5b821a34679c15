"""A local mirror of MNIST's files."""

import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def files_in(folder):
    """Return the names of all files that a download left in a folder, except for the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".download.lock")


class Address(str):
    """The address of a mirror, with the names of the files that were requested from it (GET only), in order."""

    asked: list[str]


@contextmanager
def mirror(answer):
    """Serve `answer(name) -> (status, body)` on a free port of the loopback interface; yield its `Address`.

    Instead of status and body, `answer` may return a function that handles the request, given its handler; HEAD
    requests then get an empty 200.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rpartition("/")[2]
            address.asked.append(name)
            response = answer(name)
            if callable(response):
                with suppress(ConnectionError):  # the client may have given up
                    response(self)
            else:
                self._answer(*response)

        def do_HEAD(self):
            response = answer(self.path.rpartition("/")[2])
            self._answer(200 if callable(response) else response[0], b"")

        def _answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.ended = threading.Event()
    address = Address(f"http://127.0.0.1:{server.server_port}/")
    address.asked = []
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()  # seconds from shutdown to its end
    try:
        yield address
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
