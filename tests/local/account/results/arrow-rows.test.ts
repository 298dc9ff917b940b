import { RecordBatchReader } from "apache-arrow";
import fc from "fast-check";
import { arrowRows } from "../../../../local/account/results/arrow-rows.ts";
import type { ResultColumn, Value } from "../../../../local/account/session/outcome.ts";
import type { DataType } from "../../../../local/account/types/data-type.ts";
import { UNDEFINED } from "../../../../local/account/types/typed-text.ts";

const column = (type: DataType, nullable = true): ResultColumn => ({ name: "C", type, nullable });

function bytesOf(columns: ResultColumn[], rows: Value[][]): Buffer {
  const writer = arrowRows.writer(columns, { jsonIndent: 0 });
  for (const row of rows) writer.add(row);
  expect(writer.rows).toBe(rows.length);
  return writer.take() as Buffer;
}
const throughWire = (columns: ResultColumn[], rows: Value[][]) =>
  arrowRows.read(arrowRows.fromInline(arrowRows.inline(bytesOf(columns, rows))), columns);

test.each<[string, DataType, Value[]]>([
  ["whole numbers", { kind: "NUMBER", precision: 38, scale: 0 }, [1n, null, -7n]],
  [
    "numbers wider than 64 bits",
    { kind: "NUMBER", precision: 38, scale: 0 },
    [10n ** 37n, null, -(10n ** 37n)],
  ],
  ["decimals", { kind: "NUMBER", precision: 10, scale: 2 }, ["1.50", "-0.05", null]],
  [
    "wide decimals",
    { kind: "NUMBER", precision: 38, scale: 5 },
    ["-123456789012345678901234567.12345", null],
  ],
  ["floats", { kind: "FLOAT" }, [1.5, Number.POSITIVE_INFINITY, null]],
  ["truths", { kind: "BOOLEAN" }, [true, false, null, true]],
  ["texts", { kind: "VARCHAR", length: 10 }, ["é", "", null, "𝄞"]],
  ["documents", { kind: "VARIANT" }, ['{"a":[1,null]}', null]],
  [
    "maps",
    {
      kind: "MAP",
      key: { kind: "VARCHAR", length: 5 },
      value: { type: { kind: "FLOAT" }, nullable: true },
    },
    ['{"a":1}', null],
  ],
  ["vectors", { kind: "VECTOR", element: "FLOAT", dimension: 2 }, ["[1.1,-2]", null, "[0,3.4028235e+38]"]],
  ["vectors of integers", { kind: "VECTOR", element: "INT", dimension: 3 }, ["[1,2,-3]", null]],
  ["bytes", { kind: "BINARY", length: 4 }, [new Uint8Array([0, 255]), null]],
  ["days, also before 1970", { kind: "DATE" }, [20000, -1, null]],
  ["times", { kind: "TIME", scale: 9 }, [1n, 86_399_999_999_999n, null]],
  [
    "instants, also before 1970",
    { kind: "TIMESTAMP_NTZ", scale: 9 },
    [1_500_000_001n, -1_500_000_001n, null],
  ],
  [
    "instants with an offset",
    { kind: "TIMESTAMP_TZ", scale: 9 },
    [{ epochNanos: -1n, offsetMinutes: -480 }, null, { epochNanos: 60_000_000_000n, offsetMinutes: 330 }],
  ],
])("%s go out as Arrow and come back", async (_, type, values) => {
  const rows = values.map((value) => [value]);
  expect(await throughWire([column(type)], rows)).toEqual(rows);
});

test("a missing element and XML come back as they were", async () => {
  const rows = [[`[${UNDEFINED},1]`, '{"@":"a","$":1}']];
  const columns = [column({ kind: "ARRAY" }), column({ kind: "OBJECT" })];
  expect(await throughWire(columns, rows)).toEqual(rows);
});

test("columns that share a name stay apart", async () => {
  const columns = [
    column({ kind: "VARCHAR", length: 5 }),
    column({ kind: "FLOAT" }),
    column({ kind: "BOOLEAN" }),
  ];
  expect(await throughWire(columns, [["x", 1, null]])).toEqual([["x", 1, null]]);
});

test("any decimal keeps its value", async () => {
  const type: DataType = { kind: "NUMBER", precision: 38, scale: 4 };
  const decimal = fc.bigInt(-(10n ** 37n), 10n ** 37n).map((unscaled) => {
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(5, "0");
    return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
  });
  await fc.assert(
    fc.asyncProperty(fc.array(decimal, { minLength: 1, maxLength: 20 }), async (values) => {
      const rows = values.map((value) => [value]);
      expect(await throughWire([column(type)], rows)).toEqual(rows);
    }),
    { seed: 7, numRuns: 50 },
  );
});

test("fields tell the drivers their types, also where several have one name", () => {
  const columns = [
    column({ kind: "NUMBER", precision: 10, scale: 2 }),
    column({ kind: "VARCHAR", length: 5 }),
    column({ kind: "TIMESTAMP_TZ", scale: 3 }),
  ];
  const reader = RecordBatchReader.from(
    bytesOf(columns, [["1.50", "x", { epochNanos: 0n, offsetMinutes: 0 }]]),
  ).open();
  const told = reader.schema.fields.map((field) => Object.fromEntries(field.metadata));
  expect(told).toMatchObject([
    { logicalType: "FIXED", precision: "10", scale: "2" },
    { logicalType: "TEXT", charLength: "5" },
    { logicalType: "TIMESTAMP_TZ", scale: "3", byteLength: "16" },
  ]);
});
