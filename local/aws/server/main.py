"""The local AWS endpoint: moto's server on the loopback address, with a state that survives a kill.

Usage: main.py PORT STATE_FOLDER. Prints one line when it serves. Its state: requests.jsonl, messages.jsonl, objects/.
"""

import logging
import os
import signal
import sys
import threading
import time

import deterministic

deterministic.install()

from declared import DeclaredServices  # noqa: E402
from journal import JournaledApplication  # noqa: E402
from messages import MessageJournal  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from objects import ObjectFiles  # noqa: E402
from transport import install as install_transport  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402


def main(port, folder):
    started = time.monotonic()
    os.makedirs(folder, exist_ok=True)
    # One line for each request would be most of the log.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    objects = ObjectFiles(os.path.join(folder, "objects"))
    messages = MessageJournal(os.path.join(folder, "messages.jsonl"))
    install_transport()
    objects.install()
    messages.install()
    app = JournaledApplication(
        DeclaredServices(DomainDispatcherApplication(create_backend_app)), os.path.join(folder, "requests.jsonl"), objects, messages
    )
    replayed = app.replay(lambda count: print(f"replayed {count} requests", flush=True))
    messages.restore()
    objects.remove_unreferenced()
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=MotoRequestHandler)
    print(f"serving on 127.0.0.1:{port}, {replayed} requests replayed in {time.monotonic() - started:.1f} s", flush=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the serving loop, which runs in this thread.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
