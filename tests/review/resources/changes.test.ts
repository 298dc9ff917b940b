import type { Platform } from "../../../infra/platform.ts";
import { compareResources } from "../../../review/resources/changes.ts";
import { loadProject } from "../../infra/sample.ts";

let managed: Platform;
beforeAll(() => {
  managed = loadProject("managed");
});

test.each(["local", "full", "prod", "managed"])("every list of stack %s is of a known kind", (stack) => {
  const platform = loadProject(stack);
  expect(compareResources(platform, platform)).toMatchObject({ changes: [], unknownKinds: [] });
});

test("flows, connectors on MSK Connect and the outbound bucket are resources that can go", () => {
  const { connect: _, outbound: __, ...without } = managed;
  const { changes } = compareResources(managed, { ...without, flows: [] });
  const gone = Object.groupBy(changes, (change) => change.label);
  expect(Object.keys(gone).sort()).toEqual(["AppFlow flow", "Connector on MSK Connect", "Outbound bucket"]);
  expect(gone["AppFlow flow"]).toHaveLength(managed.flows.length);
  expect(gone["Connector on MSK Connect"]!.map((change) => change.key)).toEqual(
    managed.connect!.connectors.map((connector) => connector.key),
  );
  expect(changes.every((change) => change.action === "delete")).toBe(true);
});

test("a setting of MSK Connect that all connectors share changes each of them", () => {
  const connect = { ...managed.connect!, mcu: managed.connect!.mcu * 2 };
  const { changes } = compareResources(managed, { ...managed, connect });
  expect(
    changes.map(({ kind, action, fields }) => [kind, action, fields.map((field) => field.path)]),
  ).toEqual(connect.connectors.map(() => ["connectedConnectors", "update", ["mcu"]]));
});
