"""The snowcap command against a local account. Its environment variables know no host, but its own `connect` takes
any of the connector's options. Host and port are in FIRN_HOST and FIRN_PORT."""

from os import environ

from snowcap.operations import blueprint, export
from snowcap.cli import snowcap_cli
from snowcap.operations.connector import connect


def local_connect():
    return connect(host=environ["FIRN_HOST"], port=int(environ["FIRN_PORT"]), protocol="http")


blueprint.connect = export.connect = local_connect
snowcap_cli()
