"""A mirror of MNIST's files on this machine, and what can go wrong with one."""

import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def files_in(place):
    """Return the names of all that a download left in a folder, beside the lock."""
    return sorted(path.name for path in place.iterdir() if path.name != ".download.lock")


@contextmanager
def mirror(answer):
    """Serve `answer(name) -> (status, body)` on a free port of the loopback; yields the address.

    In place of the two, `answer` may return a function that answers by itself, given the request's handler; probes by
    HEAD get an empty 200 then.

    The address has an attribute `asked`: the names of the files that were asked for (GET only), in order.
    """
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rpartition("/")[2]
            asked.append(name)
            answered = answer(name)
            if callable(answered):
                with suppress(ConnectionError):  # the other side may have given up
                    answered(self)
            else:
                self._answer(*answered)

        def do_HEAD(self):
            answered = answer(self.path.rpartition("/")[2])
            self._answer(200 if callable(answered) else answered[0], b"")

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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = Address(f"http://127.0.0.1:{server.server_port}/")
        address.asked = asked
        yield address
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()


class Address(str):
    """A mirror's address."""

    asked: list[str]
