"""Keeps the messages of SQS queues in a journal: sent, deleted, purged. What was in flight becomes visible again."""

import base64
import json
import os
import threading

import moto.s3.notifications as s3_notifications
from moto.sqs import models as sqs_models

KEPT = ("sent_timestamp", "delayed_until", "group_id", "deduplication_id", "sequence_number", "message_attributes")

_request = threading.local()


class MessageJournal:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.file = None

    def install(self):
        journal = self
        queue_class, backend_class = sqs_models.Queue, sqs_models.SQSBackend
        add, delete = queue_class.add_message, queue_class.delete_message
        purge, delete_queue = backend_class.purge_queue, backend_class.delete_queue

        def add_message(queue, message):
            if getattr(_request, "muted", False):
                return
            add(queue, message)
            kept = {name: getattr(message, name, None) for name in KEPT}
            journal._write({
                "add": _address(queue), "id": message.id, "body": message.body,
                "system": message.system_attributes, "kept": kept,
            })

        def delete_message(queue, receipt_handle):
            gone = [m.id for m in queue._messages if m.had_receipt_handle(receipt_handle)]
            delete(queue, receipt_handle)
            for message_id in gone:
                journal._write({"delete": message_id})

        def purge_queue(backend, queue_name):
            address = _address(backend.get_queue(queue_name))
            purge(backend, queue_name)
            journal._write({"purge": address})

        def remove_queue(backend, queue_name):
            address = _address(backend.get_queue(queue_name))
            delete_queue(backend, queue_name)
            journal._write({"purge": address})

        queue_class.add_message, queue_class.delete_message = add_message, delete_message
        backend_class.purge_queue, backend_class.delete_queue = purge_queue, remove_queue

    def mute(self, muted):
        """While muted, the request of this thread puts no message into any queue (a replay must not send again)."""
        _request.muted = muted

    def hold(self):
        """Holds the entries of this thread's request back until `release`."""
        _request.held = []

    def release(self, keep):
        held, _request.held = getattr(_request, "held", None), None
        for entry in held or [] if keep else []:
            self._write(entry)

    def restore(self):
        """Puts the messages that nobody deleted back into their queues, and compacts the journal."""
        alive = {}
        for entry in _read(self.path):
            if "add" in entry:
                alive.pop(entry["id"], None)
                alive[entry["id"]] = entry
            elif "delete" in entry:
                alive.pop(entry["delete"], None)
            else:
                alive = {k: v for k, v in alive.items() if v["add"] != entry["purge"]}
        restored = [entry for entry in alive.values() if _put_back(entry)]
        compacted = self.path + ".new"
        with open(compacted, "w") as file:
            file.writelines(_dump(entry) + "\n" for entry in restored)
        os.replace(compacted, self.path)
        self.file = open(self.path, "ab", buffering=0)

    def _write(self, entry):
        held = getattr(_request, "held", None)
        if held is not None:
            held.append(entry)
        elif self.file is not None:
            with self.lock:
                self.file.write(_dump(entry).encode() + b"\n")


def _dump(entry):
    """Attributes of a message may hold bytes."""
    return json.dumps(entry, default=lambda value: {"base64": base64.b64encode(value).decode()})


def _undo_bytes(value):
    return base64.b64decode(value["base64"]) if set(value) == {"base64"} else value


def _address(queue):
    return [queue.account_id, queue.region, queue.name]


def _put_back(entry):
    account, region, name = entry["add"]
    queue = sqs_models.sqs_backends[account][region].queues.get(name)
    if queue is None:
        return False
    message = sqs_models.Message(entry["id"], entry["body"], entry["system"])
    for key, value in entry["kept"].items():
        setattr(message, key, value)
    queue._messages.append(message)
    return True


def _read(path):
    if not os.path.exists(path):
        return
    with open(path, "rb") as file:
        for line in file:
            try:
                yield json.loads(line, object_hook=_undo_bytes)
            except ValueError:
                return  # torn by a kill: nothing that follows was acknowledged
