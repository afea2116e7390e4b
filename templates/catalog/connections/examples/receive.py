import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["DONGHAI_WEBHOOK_SECRET"].removeprefix("whsec_"))
seen = set()  # yours is a table with a unique column


def is_genuine(headers, body):
    """By the Standard Webhooks; libraries for many languages do the same."""
    sent_at = int(headers["webhook-timestamp"])
    if abs(time.time() - sent_at) > 300:  # an old one, played again
        return False
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    digest = hmac.digest(KEY, signed, "sha256")
    good = b"v1," + base64.b64encode(digest)
    given = headers["webhook-signature"].encode().split(b" ")
    return any(hmac.compare_digest(good, one) for one in given)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not is_genuine(self.headers, body):
            return self.answer(400)
        self.answer(204)  # first answer, within 10 seconds; then work
        if self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            event = json.loads(body)
            print(event["type"], event["data"], flush=True)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


ThreadingHTTPServer(("", int(os.environ["PORT"])), Receiver).serve_forever()
