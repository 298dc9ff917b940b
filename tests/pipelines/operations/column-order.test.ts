import type { FirnError } from "../../../infra/errors.ts";
import { refuseMisplacedColumns } from "../../../pipelines/operations/column-order.ts";
import { TABLE_TYPE } from "../../../pipelines/operations/replace/pending.ts";
import { loadProject } from "../../infra/sample.ts";

// "ALTER TABLE": ADD COLUMN adds at the end.
const platform = loadProject("local");
const table = platform.tables.find((one) => one.logical === "core.customer.contact")!;
const wanted = table.columns.map((column) => ({ name: column.name }));
const deployed = (columns: { name: string }[]) => [
  {
    urn: `urn:pulumi:local::firn::x$${TABLE_TYPE}::${table.key}`,
    type: TABLE_TYPE,
    // The program's own order, which says nothing about the table's.
    inputs: { columns: wanted },
    outputs: { columns },
  },
];
const refused = (columns: { name: string }[]): FirnError | undefined => {
  try {
    refuseMisplacedColumns(platform, deployed(columns));
    return undefined;
  } catch (error) {
    return error as FirnError;
  }
};

test("a table that is as written, one with a column less at its end, and one that is not there are fine", () => {
  expect(refused(wanted)).toBeUndefined();
  expect(refused(wanted.slice(0, -2))).toBeUndefined();
  expect(refused([...wanted, { name: "GONE" }])).toBeUndefined();
  expect(refuseMisplacedColumns(platform, [])).toBeUndefined();
});

test("a new column further up is refused, with the order that is possible", () => {
  const error = refused(wanted.filter((column) => column.name !== "EMAIL"));
  expect(error?.problems).toMatchObject([
    {
      code: "MODEL_COLUMNS",
      file: "sql/core/customer/contact.sql",
      message: "email is new, and Snowflake adds columns at the end of a table",
      allowed: "contact_id, account_id, title, has_opted_out, is_deleted, modified_at, email",
    },
  ]);
});

test("so is another order of what is there", () => {
  const error = refused([wanted[1]!, wanted[0]!, ...wanted.slice(2)]);
  expect(error?.message).toContain("contact_id stands in another place than in the table that is there");
});
