"""Makes what moto draws at random, and what it reads from the clock, a function of the request.

While a request runs under `fixed(seed, time)`, identifiers and timestamps depend on these two only, so that a replay of
the request yields the same role ids, version ids and dates. Import this module before any other part of moto.
"""

import datetime
import os
import threading
from contextlib import contextmanager
from random import Random

import moto.core.utils as core_utils
from moto.moto_api._internal import mock_random
from moto.moto_api._internal.moto_random import MotoRandom

_request = threading.local()
_real_utcnow = core_utils.utcnow


class _PerRequestRandom(MotoRandom):
    """moto's random source; every draw comes from the request's own generator where there is one."""

    def random(self):
        own = getattr(_request, "random", None)
        return own.random() if own is not None else super().random()

    def getrandbits(self, k):
        own = getattr(_request, "random", None)
        return own.getrandbits(k) if own is not None else super().getrandbits(k)


def _utcnow():
    fixed_time = getattr(_request, "time", None)
    if fixed_time is None:
        return _real_utcnow()
    return datetime.datetime.fromtimestamp(fixed_time, datetime.timezone.utc).replace(tzinfo=None)


@contextmanager
def fixed(seed, time):
    """Runs a block with the random seed and the time (seconds since the epoch) of one request."""
    _request.random, _request.time = Random(seed), time
    try:
        yield
    finally:
        _request.random = _request.time = None


def random_bytes(count):
    own = getattr(_request, "random", None)
    return own.randbytes(count) if own is not None else os.urandom(count)


def now():
    """The request's time as an aware datetime, or the present."""
    return _utcnow().replace(tzinfo=datetime.timezone.utc)


class _Os:
    """The module `os` with `urandom` taken from the request, for the modules of moto that call it."""

    def __getattr__(self, name):
        return random_bytes if name == "urandom" else getattr(os, name)


def install():
    """Puts the above in the place of moto's sources. Before the services are imported, except for the last three."""
    core_utils.utcnow = _utcnow
    mock_random.__class__ = _PerRequestRandom

    import moto.kms.utils
    import moto.s3.models

    moto.s3.models.os = _Os()
    moto.kms.utils.os = _Os()
    original = moto.s3.models.FakeBucket.__init__

    def with_creation_date(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.creation_date = now()

    moto.s3.models.FakeBucket.__init__ = with_creation_date
