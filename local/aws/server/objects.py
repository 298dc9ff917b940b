"""Keeps the content of S3 objects in files, one each, opened only while they are read.

moto keeps it in memory or in open temporary files; here the file is the only copy, a replay refers to it, and neither
memory nor the number of open files grows with the number of objects.
"""

import hashlib
import io
import os
import threading
import uuid

import moto.s3.models as s3_models

INLINE_BYTES = 4096

_request = threading.local()


class FileContent:
    """The part of a file object that moto uses, over a file that is opened for each read."""

    def __init__(self, path):
        self.path = path
        self._position = 0

    def seek(self, position):
        self._position = position

    def read(self, size=-1):
        try:
            with open(self.path, "rb") as file:
                file.seek(self._position)
                data = file.read(size)
        except FileNotFoundError:
            # A replay also runs what made an object that was deleted since, and its file with it.
            if getattr(_request, "replayed", None) is None:
                raise
            data = b""
        self._position += len(data)
        return data

    def close(self):
        pass


class ObjectFiles:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def install(self):
        store = self

        def set_value(key, value):
            if isinstance(value, str):
                value = value.encode()
            known = _next_replayed()
            if known is not None:
                key._value_buffer = FileContent(os.path.join(store.folder, known["file"]))
                key.contentsize = known["size"]
                key._etag = key._etag or known["etag"]
                return
            key.contentsize = len(value)
            if len(value) <= INLINE_BYTES:
                key._value_buffer = io.BytesIO(value)
                return
            name = uuid.uuid4().hex
            path = os.path.join(store.folder, name)
            with open(path, "wb") as file:
                file.write(value)
            key._value_buffer = FileContent(path)
            key._etag = key._etag or hashlib.md5(value, usedforsecurity=False).hexdigest()
            recorded = getattr(_request, "recorded", None)
            if recorded is not None:
                recorded.append({"file": name, "size": len(value), "etag": key._etag})

        s3_models.FakeKey.value = s3_models.FakeKey.value.setter(set_value)
        s3_models.FakeKey.__getstate__ = _state_of_copy
        s3_models.FakeKey.__setstate__ = _set_state_of_copy

    def recording(self):
        """Starts to note the files that the request of this thread writes; the list fills as it runs."""
        _request.recorded = []
        _request.replayed = None
        return _request.recorded

    def replaying(self, files):
        """Makes the objects that the request of this thread creates use these files."""
        _request.recorded = None
        _request.replayed = list(files)

    def done(self):
        _request.recorded = _request.replayed = None

    def remove_unreferenced(self):
        """Deletes the files that no object, version or upload refers to. To be called before requests are served."""
        used = set()
        for accounts in s3_models.s3_backends.values():
            for backend in accounts.values():
                for bucket in backend.buckets.values():
                    for key in _keys_of(bucket):
                        content = getattr(key, "_value_buffer", None)
                        if isinstance(content, FileContent):
                            used.add(os.path.basename(content.path))
        for name in os.listdir(self.folder):
            if name not in used:
                os.unlink(os.path.join(self.folder, name))


def _state_of_copy(key):
    """moto copies keys for listings: the copy shares the content instead of reading it."""
    state = dict(key.__dict__)
    content = state.pop("_value_buffer")
    state["content"] = content.path if isinstance(content, FileContent) else content.getvalue()
    del state["lock"]
    return state


def _set_state_of_copy(key, state):
    state = dict(state)
    content = state.pop("content")
    key.__dict__.update(state)
    key._value_buffer = FileContent(content) if isinstance(content, str) else io.BytesIO(content)
    key.lock = threading.Lock()


def _next_replayed():
    files = getattr(_request, "replayed", None)
    return files.pop(0) if files else None


def _keys_of(bucket):
    for _, versions in bucket.keys.lists():
        for version in versions:
            yield version
            if getattr(version, "multipart", None):
                yield from version.multipart.parts.values()
    for upload in bucket.multiparts.values():
        yield from upload.parts.values()
