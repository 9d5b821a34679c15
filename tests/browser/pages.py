"""The widgets on a bare local page: a server, a page that refuses other hosts, and what is asked of every page."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LOCAL = "127.0.0.1"
SERIOUS = ("serious", "critical")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        """Log nothing."""


@contextmanager
def served(folder):
    """Serve a folder's files while the block runs; yield the address."""
    with ThreadingHTTPServer((LOCAL, 0), partial(_Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{LOCAL}:{server.server_port}/"
        server.shutdown()
        thread.join(5)


@contextmanager
def watched_page(browser, missing=(), **options):
    """Yield a page that loads nothing from other hosts; in the end it has not tried to, and has logged no error.

    The server has no file at the paths `missing`, about which Chromium itself logs an error.
    """
    refused, errors = [], []

    def note(message):
        if message.type == "error" and urlsplit(message.location["url"]).path not in missing:
            errors.append(message.text)

    def load(route):
        address = urlsplit(route.request.url)
        if address.path in missing:
            route.fulfill(status=404)
        elif address.hostname == LOCAL:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    with browser.new_context(**options) as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.route("**/*", load)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note)
        yield page
    assert (refused, errors) == ([], [])


def violations(page):
    """Return what axe finds serious or critical on the page: rules and the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in SERIOUS]
