import { personalColumns } from "../../infra/personal.ts";
import type { Column, Model, Table } from "../../infra/platform.ts";
import { compileSample, loadProject, stackConfig } from "./sample.ts";

const column = (name: string, over: Partial<Column> = {}): Column => ({
  name,
  type: "VARCHAR(16777216)",
  nullable: true,
  description: name,
  tags: [],
  ...over,
});
const table = (logical: string, ...columns: Column[]): Table => ({
  key: logical,
  logical,
  database: "",
  schema: "",
  name: "",
  columns,
  clusterBy: [],
  comment: "",
  insertOnly: true,
});
const model = (logical: string, shows: Record<string, string[]>, tags: Record<string, string[]> = {}) =>
  ({
    logical,
    shows,
    columns: Object.keys(shows).map((name) => column(name.toUpperCase(), { tags: tags[name] ?? [] })),
  }) as unknown as Model;

const personal = (tables: Table[], models: Model[]) =>
  Object.fromEntries(
    [...personalColumns({ tables, views: [], models })].map(([name, columns]) => [
      name,
      Object.fromEntries(columns),
    ]),
  );

const LEAD = table(
  "raw.crm.lead",
  column("RECORD", { tags: ["personal"], personalFields: ["Email"] }),
  column("LINE", { sameAs: "RECORD" }),
);

test("a tagged field of a record is personal wherever its value goes, the others are not", () => {
  expect(
    personal(
      [LEAD],
      [
        model("core.lead.lead", {
          email: ["raw.crm.lead.record:Email"],
          status: ["raw.crm.lead.record:Status"],
        }),
        model("mart.sales.lead", { contact: ["core.lead.lead.email"], status: ["core.lead.lead.status"] }),
      ],
    ),
  ).toEqual({
    "raw.crm.lead": { RECORD: "tagged", LINE: "the text of record" },
    "core.lead.lead": { EMAIL: "from raw.crm.lead.record:Email" },
    "mart.sales.lead": { CONTACT: "from core.lead.lead.email" },
  });
});

test("a raw column is personal where a tagged column is read from it, by the field alone", () => {
  const raw = table("raw.crm.lead", column("RECORD"), column("LINE", { sameAs: "RECORD" }));
  const core = model(
    "core.lead.lead",
    { email: ["raw.crm.lead.record:Email"], status: ["raw.crm.lead.record:Status"] },
    { email: ["personal"] },
  );
  expect(personal([raw], [core])).toEqual({
    "raw.crm.lead": { RECORD: "read as core.lead.lead.email", LINE: "the text of record" },
    "core.lead.lead": { EMAIL: "tagged" },
  });
});

test("a whole personal record is personal in every form", () => {
  expect(
    personal([LEAD], [model("ops.quality.rejected", { text: ["raw.crm.lead.record", "raw.crm.lead.line"] })])[
      "ops.quality.rejected"
    ],
  ).toEqual({ TEXT: "from raw.crm.lead.record" });
});

test("what a header says is not personal ends the way", () => {
  const domain = model(
    "core.lead.address",
    { domain: ["raw.crm.lead.record:Email"] },
    { domain: ["not_personal"] },
  );
  const after = model("core.lead.company", { domain: ["core.lead.address.domain"] });
  expect(Object.keys(personal([LEAD], [domain, after]))).toEqual(["raw.crm.lead"]);
});

test("a model that reads a personal field without a tag is found by its SQL", () => {
  const platform = compileSample(
    [
      {
        path: "sql/core/customer/person.sql",
        text: `/*
description: People.
owner: sales
grain: one row for each person
key: [id]
columns:
  id: { type: varchar, description: "Id." }
  contact: { type: varchar, description: "How to reach them." }
  has_address: { type: boolean, description: "Whether there is an address." }
*/
select c.record:Id::varchar as id, lower(c.record:Email::varchar) as contact,
  c.record:Email::varchar is not null as has_address
from raw.salesforce.contact c where c.record:Id::varchar is not null`,
      },
    ],
    stackConfig(),
  );
  const people = platform.tables.find((one) => one.logical === "core.customer.person")!;
  expect(people.columns.map((one) => [one.name, one.masking?.policy])).toEqual([
    ["ID", undefined],
    ["CONTACT", "MASK_VARCHAR"],
    ["HAS_ADDRESS", undefined],
  ]);
});

test("no figure of a mart is personal; of what marts share, only the text of rejected records is, and so masked", () => {
  const platform = loadProject("local");
  expect([...personalColumns(platform).keys()].filter((name) => name.startsWith("mart."))).toEqual([
    "mart.shared.rejected_record",
  ]);
});
