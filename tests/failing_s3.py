"""An S3 endpoint that answers 503 for as long as a test wants: it stands before a real one and passes everything on."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

# Of one hop only (RFC 9110, section 7.6.1), or made anew for the next.
_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class FailingS3:
    """`url` is what is to be used in place of the endpoint; while `fails` is set, whatever is asked is refused."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.fails = Event()
        self.refused = 0


@contextmanager
def before(endpoint: str) -> Iterator[FailingS3]:
    """A FailingS3 before the S3 at `endpoint`."""
    host = urlsplit(endpoint).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if failing.fails.is_set():
                failing.refused += 1
                return self._answer(503, {"Retry-After": "1"}, b"")
            connection = http.client.HTTPConnection(host, timeout=30)
            try:
                # The signature covers the host that was asked: its header goes on as it came.
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                answer = connection.getresponse()
                length = answer.headers.get("Content-Length") if self.command == "HEAD" else None
                headers = {name: value for name, value in answer.getheaders() if name.lower() not in _NOT_PASSED_ON}
                self._answer(answer.status, headers, answer.read(), length)
            finally:
                connection.close()

        do_PUT = do_HEAD = do_POST = do_DELETE = do_OPTIONS = do_GET

        def _answer(self, status: int, headers: dict[str, str], body: bytes, length: str | None = None) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    failing = FailingS3(server.server_port)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield failing
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
