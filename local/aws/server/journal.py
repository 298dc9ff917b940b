"""Writes every request that changes something to a file before it is answered, and replays them at the next start.

moto keeps its state in memory only. A request is a function of its bytes, a random seed and a time (deterministic.py),
so a replay in the same order yields the same state.
"""

import base64
import io
import json
import os
import random
import threading
import time
from urllib.parse import parse_qs

from declared import reads_only
from deterministic import fixed

READ_ACTIONS = ("Get", "List", "Describe", "Head", "Simulate", "Decode")
# SQS messages have a journal of their own; publishing ends in one of its messages.
UNRECORDED_ACTIONS = {
    "SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
    "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "Publish", "PublishBatch",
    "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML",
    "Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateRandom",
    "Sign", "Verify", "GenerateMac", "VerifyMac",
}
TRANSFER_HEADERS = (
    "HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "HTTP_X_AMZ_TRAILER", "HTTP_X_AMZ_DECODED_CONTENT_LENGTH",
    "HTTP_X_AMZ_CONTENT_SHA256", "HTTP_CONTENT_MD5", "HTTP_EXPECT",
)
# Upper-case letters are in no bucket's name.
HEALTH_PATH = "/HEALTH"
PRESERVED = "moto.preserved_header_names"


class JournaledApplication:
    """A WSGI application around moto's. Requests that change something run one at a time."""

    def __init__(self, app, path, objects, messages):
        self.app, self.path, self.objects, self.messages = app, path, objects, messages
        self.lock = threading.RLock()
        self.file = None

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == HEALTH_PATH:
            start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
            return [b"ok"]
        body = _read_body(environ)
        if not _changes_something(environ, body):
            return self.app(environ, start_response)
        with self.lock:
            seed, now = random.getrandbits(63), time.time()
            saved = _saved_environ(environ)
            answer = _Answer()
            files = self.objects.recording()
            self.messages.hold()
            accepted = False
            try:
                with fixed(seed, now):
                    chunks = _consume(self.app(environ, answer.start))
                accepted = answer.status < 400
                if accepted:
                    self._append(saved, body, seed, now, files, answer)
            finally:
                self.objects.done()
                self.messages.release(keep=accepted)
        start_response(answer.line, answer.headers)
        return chunks

    def replay(self, progress):
        """Runs the whole journal, cuts off a torn last line, then opens it for writing. The number of requests."""
        count, good = 0, 0
        if os.path.exists(self.path):
            with open(self.path, "rb") as file:
                for line in file:
                    try:
                        entry = json.loads(line)
                    except ValueError:
                        break
                    self._replay_one(entry)
                    count, good = count + 1, good + len(line)
                    if count % 1000 == 0:
                        progress(count)
            os.truncate(self.path, good)
        self.file = open(self.path, "ab", buffering=0)
        return count

    def _append(self, saved, body, seed, now, files, answer):
        entry = {"seed": seed, "time": now, "environ": saved}
        if files:
            entry["files"] = files
            checksums = {k: v for k, v in answer.headers if k.lower().startswith("x-amz-checksum-")}
            if checksums:
                entry["checksums"] = checksums
        # The content of an object is in its file; a body that describes something is kept.
        if body and (not files or saved["REQUEST_METHOD"] == "POST"):
            entry["body"] = base64.b64encode(body).decode()
        self.file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")

    def _replay_one(self, entry):
        environ = dict(entry["environ"])
        body = base64.b64decode(entry.get("body", ""))
        files = entry.get("files", [])
        if files and not body:
            for name in TRANSFER_HEADERS:
                environ.pop(name, None)
            for name, value in entry.get("checksums", {}).items():
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        environ.update({
            "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False, "wsgi.input_terminated": True,
        })
        self.objects.replaying(files)
        self.messages.mute(True)
        answer, problem = _Answer(), None
        try:
            with fixed(entry["seed"], entry["time"]):
                _consume(self.app(environ, answer.start))
            if answer.status >= 400:
                problem = answer.line
        except Exception as error:  # one request that this version of moto cannot do must not hide all others
            problem = repr(error)
        finally:
            self.messages.mute(False)
            self.objects.done()
        if problem:
            print(f"not replayed: {environ['REQUEST_METHOD']} {environ['PATH_INFO']}: {problem}", flush=True)


class _Answer:
    status, line, headers = 500, "500 Internal Server Error", []

    def start(self, line, headers, exc_info=None):
        self.status, self.line, self.headers = int(line.split(" ", 1)[0]), line, list(headers)


def _consume(chunks):
    try:
        return list(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()


def _read_body(environ):
    """Reads the whole body, also a chunked one, and puts it back for the application."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read()
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input_terminated"] = True
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return body


def _saved_environ(environ):
    saved = {k: v for k, v in environ.items() if isinstance(v, str) and not k.startswith(("werkzeug.", "wsgi."))}
    if PRESERVED in environ:
        saved[PRESERVED] = environ[PRESERVED]
    return saved


def _changes_something(environ, body):
    if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS") or environ["PATH_INFO"].startswith("/moto-api"):
        return False
    if reads_only(environ):
        return False
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return _action_changes(target.rsplit(".", 1)[-1])
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        actions = parse_qs(body.decode("utf-8", "replace")).get("Action")
        if actions:
            return _action_changes(actions[0])
    return True


def _action_changes(action):
    return not action.startswith(READ_ACTIONS) and action not in UNRECORDED_ACTIONS
