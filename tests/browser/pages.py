"""The widgets on a bare local page: a server, a page that refuses other hosts, and what is asked of every page."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LOCAL = ("127.0.0.1", "localhost")
SERIOUS = ("serious", "critical")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        """Log nothing."""


def is_local(url):
    return urlsplit(url).hostname in (*LOCAL, None)  # data and blobs have no host


@contextmanager
def served(folder):
    """Serve a folder's files while the block runs; yield the address."""
    with ThreadingHTTPServer((LOCAL[0], 0), partial(_Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{LOCAL[0]}:{server.server_port}/"
        server.shutdown()
        thread.join(5)


@contextmanager
def watched_page(browser, missing=(), **options):
    """Yield a page that loads nothing from other hosts, and not the files `missing`.

    In the end it has not asked another host, and has logged no error but Chromium's of what is missing.
    """
    refused, errors = [], []

    def is_missing(url):
        return urlsplit(url).path.rpartition("/")[2] in missing

    def load(route):
        if is_missing(route.request.url):
            route.abort()
        elif is_local(route.request.url):
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    def note(message):
        if message.type == "error" and not is_missing(message.location["url"]):
            errors.append(message.text)

    with browser.new_context(**options) as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.route("**/*", load)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note)
        yield page
    assert not refused + errors, refused + errors


def violations(page, within=None):
    """Return what axe finds serious or critical on the page, or in the elements `within`: rules and the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=within).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in SERIOUS]
