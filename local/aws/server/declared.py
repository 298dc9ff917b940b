"""What moto has no part of: Amazon AppFlow and MSK Connect, kept as they were declared and told back, in their own protocols.

Nothing runs here: a flow that is started counts as active and a connector as running, and local/flows does what an
outbound flow would. Only the operations below are answered; another is refused by name.
"""

import json
import re
from urllib.parse import parse_qs, unquote

from deterministic import now
from moto.moto_api._internal import mock_random

ACCOUNT_ID = "123456789012"
SCOPE = re.compile(r"Credential=[^/]+/[^/]+/([^/]+)/([^/]+)/aws4_request")


def service_of(environ):
    """(region, service) of a signed request."""
    found = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return found.groups() if found else (None, None)


def reads_only(environ):
    """AppFlow asks by POST."""
    return service_of(environ)[1] == "appflow" and environ["PATH_INFO"].startswith(("/describe-", "/list-"))


class Refusal(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


class DeclaredServices:
    """A WSGI application in front of moto's: takes the requests of its services, hands on the others."""

    def __init__(self, app):
        self.app = app
        self.services = {"appflow": AppFlow(), "kafkaconnect": KafkaConnect()}

    def __call__(self, environ, start_response):
        region, name = service_of(environ)
        service = self.services.get(name)
        if service is None:
            return self.app(environ, start_response)
        body = environ["wsgi.input"].read()
        try:
            answer, status, headers = service.answer(
                environ["REQUEST_METHOD"], unquote(environ["PATH_INFO"]), _asked(environ, body), region
            ), "200 OK", []
        except Refusal as refusal:
            answer, status = {"message": str(refusal)}, f"{refusal.status} Refused"
            headers = [("x-amzn-errortype", refusal.code)]
        content = json.dumps(answer).encode()
        start_response(status, [
            ("Content-Type", "application/json"), ("Content-Length", str(len(content))),
            ("x-amzn-requestid", str(mock_random.uuid4())), *headers,
        ])
        return [content]


def _asked(environ, body):
    """The body, and the query's values as lists."""
    return {**json.loads(body or b"{}"), **parse_qs(environ.get("QUERY_STRING", ""))}


def _tags(method, tags, asked):
    """Tags of one thing: POST sets, DELETE removes, GET tells."""
    if method == "POST":
        tags.update(asked["tags"])
    if method == "DELETE":
        for key in asked["tagKeys"]:
            tags.pop(key, None)
    return {"tags": tags} if method == "GET" else {}


class AppFlow:
    OWN = ("description", "triggerConfig", "sourceFlowConfig", "destinationFlowConfigList", "tasks")

    def __init__(self):
        self.flows = {}

    def answer(self, method, path, body, region):
        operation = getattr(self, path.strip("/").replace("-", "_"), None) if method == "POST" else None
        if path.startswith("/tags/"):
            return _tags(method, self.found({"flowName": path.rsplit("/", 1)[-1]})["tags"], body)
        if operation is None:
            raise Refusal(400, "ValidationException", f"{method} {path} is not done by this endpoint.")
        return operation(body, region)

    def create_flow(self, body, region):
        name = body["flowName"]
        if name in self.flows:
            raise Refusal(409, "ConflictException", f"A flow named {name} exists.")
        arn = f"arn:aws:appflow:{region}:{ACCOUNT_ID}:flow/{name}"
        made = now().timestamp()
        # A scheduled flow does nothing until it is started (API Reference, StartFlow).
        self.flows[name] = {
            **{key: body[key] for key in self.OWN if key in body},
            "flowName": name, "flowArn": arn, "flowStatus": "Draft", "tags": body.get("tags", {}),
            "createdAt": made, "lastUpdatedAt": made,
        }
        return {"flowArn": arn, "flowStatus": "Draft"}

    def describe_flow(self, body, region):
        return self.found(body)

    def update_flow(self, body, region):
        flow = self.found(body)
        for key in self.OWN:
            if key in body:
                flow[key] = body[key]
            else:
                flow.pop(key, None)
        flow["lastUpdatedAt"] = now().timestamp()
        return {"flowStatus": flow["flowStatus"]}

    def delete_flow(self, body, region):
        del self.flows[self.found(body)["flowName"]]
        return {}

    def list_flows(self, body, region):
        told = ("flowName", "flowArn", "flowStatus", "description", "createdAt", "lastUpdatedAt", "tags")
        flows = [{key: flow[key] for key in told if key in flow} for flow in self.flows.values()]
        start, size = int(body.get("nextToken") or 0), int(body.get("maxResults") or 100)
        page = {"flows": flows[start:start + size]}
        if start + size < len(flows):
            page["nextToken"] = str(start + size)
        return page

    def start_flow(self, body, region):
        flow = self.found(body)
        flow["flowStatus"] = "Active"
        return {"flowArn": flow["flowArn"], "flowStatus": "Active"}

    def stop_flow(self, body, region):
        flow = self.found(body)
        flow["flowStatus"] = "Suspended"
        return {"flowArn": flow["flowArn"], "flowStatus": "Suspended"}

    def found(self, body):
        flow = self.flows.get(body.get("flowName"))
        if flow is None:
            raise Refusal(404, "ResourceNotFoundException", f"There is no flow {body.get('flowName')}.")
        return flow


class KafkaConnect:
    KINDS = {
        "connectors": ("connectorArn", "connectorName"),
        "worker-configurations": ("workerConfigurationArn", "name"),
    }

    def __init__(self):
        self.kept = {kind: {} for kind in self.KINDS}

    def answer(self, method, path, body, region):
        _, version, kind, *rest = path.split("/", 3)
        if (version, kind) == ("v1", "tags") and rest:
            return _tags(method, self.found(rest[0])["tags"], body)
        if version != "v1" or kind not in self.KINDS:
            raise Refusal(400, "BadRequestException", f"{method} {path} is not done by this endpoint.")
        arn_key, _ = self.KINDS[kind]
        kept = self.kept[kind]
        if not rest:
            return self.create(kind, body, region) if method == "POST" else self.page(kind)
        arn = rest[0]
        self.found(arn)
        if method == "DELETE":
            del kept[arn]
            return {arn_key: arn, "connectorState": "DELETING"} if kind == "connectors" else {arn_key: arn}
        if method == "PUT" and kind == "connectors":
            kept[arn].update({key: body[key] for key in ("capacity", "connectorConfiguration") if key in body})
            return {"connectorArn": arn, "connectorState": "RUNNING"}
        if method != "GET":
            raise Refusal(400, "BadRequestException", f"{method} {path} is not done by this endpoint.")
        return kept[arn]

    def create(self, kind, body, region):
        arn_key, name_key = self.KINDS[kind]
        kept, name = self.kept[kind], body[name_key]
        if any(each[name_key] == name for each in kept.values()):
            raise Refusal(409, "ConflictException", f"{name} exists.")
        word = "connector" if kind == "connectors" else "worker-configuration"
        arn = f"arn:aws:kafkaconnect:{region}:{ACCOUNT_ID}:{word}/{name}/{mock_random.uuid4()}-1"
        made = now().strftime("%Y-%m-%dT%H:%M:%SZ")
        kept[arn] = {"tags": {}, **body, arn_key: arn, "creationTime": made}
        if kind == "connectors":
            kept[arn].update({"connectorState": "RUNNING", "currentVersion": "K3P5GROMK3PW7H"})
            return {arn_key: arn, name_key: name, "connectorState": "RUNNING"}
        revision = {"revision": 1, "creationTime": made, "propertiesFileContent": body["propertiesFileContent"]}
        kept[arn] = {arn_key: arn, name_key: name, "creationTime": made, "latestRevision": revision,
                     "workerConfigurationState": "ACTIVE", "tags": body.get("tags", {}),
                     "description": body.get("description", "")}
        return {arn_key: arn, name_key: name, "creationTime": made, "latestRevision": revision,
                "workerConfigurationState": "ACTIVE"}

    def found(self, arn):
        for kept in self.kept.values():
            if arn in kept:
                return kept[arn]
        raise Refusal(404, "NotFoundException", f"There is no {arn}.")

    def page(self, kind):
        key = "connectors" if kind == "connectors" else "workerConfigurations"
        return {key: list(self.kept[kind].values())}
