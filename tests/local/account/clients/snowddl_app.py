"""The snowddl command against a local account. SnowDDL has no option for a host: its own extension point is a
subclass of BaseApp. Host and port are in FIRN_HOST and FIRN_PORT."""

from os import environ

from snowddl.app import BaseApp
from snowflake.connector import connect


class LocalApp(BaseApp):
    def get_connection(self):
        return connect(
            host=environ["FIRN_HOST"],
            port=int(environ["FIRN_PORT"]),
            protocol="http",
            account=self.args["a"],
            user=self.args["u"],
            password=self.args["p"],
            role=self.args["r"],
            warehouse=self.args["w"],
        )


LocalApp().execute()
