import { quotedObject } from "../../../infra/names.ts";
import {
  type Deployed,
  PIPE_TYPE,
  pendingReplacements,
  refuseReplacements,
  STREAM_TYPE,
} from "../../../pipelines/operations/replace/pending.ts";
import { loadProject } from "../../infra/sample.ts";

const platform = loadProject("local");
const pipe = platform.pipes[0]!;
const stream = platform.streams[0]!;
const place = ({ name, schema, database }: { name: string; schema: string; database: string }) => ({
  name,
  schema,
  database,
});
const deployed = (inputs: { pipe?: object; stream?: object } = {}): Deployed[] => [
  {
    urn: `urn:pulumi:local::firn::firn:pipelines:Loading$${PIPE_TYPE}::${pipe.key}`,
    type: PIPE_TYPE,
    inputs: { ...place(pipe), copyStatement: pipe.copy, ...inputs.pipe },
  },
  {
    urn: `urn:pulumi:local::firn::firn:pipelines:Transforming$${STREAM_TYPE}::${stream.key}`,
    type: STREAM_TYPE,
    inputs: {
      ...place(stream),
      table: quotedObject(stream.table),
      appendOnly: String(stream.appendOnly),
      ...inputs.stream,
    },
  },
];

test("what is deployed as it is declared is not replaced; other white space is no difference", () => {
  expect(pendingReplacements(platform, deployed())).toEqual([]);
  expect(pendingReplacements(platform, [])).toEqual([]);
  expect(
    pendingReplacements(
      platform,
      deployed({ pipe: { copyStatement: ` ${pipe.copy.replaceAll("\n", "  ")};` } }),
    ),
  ).toEqual([]);
});

test.each([
  ["pipe", { copyStatement: "COPY INTO elsewhere" }, "copyStatement"],
  ["pipe", { schema: "OTHER" }, "schema"],
  ["stream", { appendOnly: "maybe" }, "appendOnly"],
  ["stream", { table: '"A"."B"."C"' }, "table"],
])("a %s with other %j is", (kind, inputs, field) => {
  const pending = pendingReplacements(platform, deployed({ [kind]: inputs }));
  expect(pending.map((one) => [one.kind.toLowerCase(), one.forcedBy])).toEqual([[kind, [field]]]);
});

test("an up is refused unless the configuration names the replacement", () => {
  const pending = pendingReplacements(platform, deployed({ pipe: { copyStatement: "other" } }));
  const name = `Pipe ${pipe.database}.${pipe.schema}.${pipe.name}`;
  expect(() => refuseReplacements(pending, [])).toThrow(`${name} (copyStatement cannot change in place)`);
  expect(() => refuseReplacements(pending, [name])).not.toThrow();
  expect(() => refuseReplacements([], [])).not.toThrow();
});
