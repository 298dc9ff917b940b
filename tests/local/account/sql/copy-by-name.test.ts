import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalFiles } from "../../../../local/account/files/local-files.ts";
import { type TestAccount, testAccount } from "../support.ts";

let folder: string;
let account: TestAccount;
let files: LocalFiles;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "firn-by-name-"));
  files = new LocalFiles(join(folder, "stages"));
  account = await testAccount({ files });
  await account.run("CREATE STAGE st");
});
afterAll(() => {
  account.close();
  rmSync(folder, { recursive: true, force: true });
});

const local = () => join(folder, "file");

async function put(path: string): Promise<void> {
  const stage = account.services.catalog.find("STAGE", account.schemaId, "ST")!;
  await files.put(`stage:${stage.id}`, path, local());
}

async function putParquet(path: string, select: string): Promise<void> {
  const connection = await account.services.storage.connect();
  await connection.run(`COPY (${select}) TO '${local()}' (FORMAT parquet)`);
  connection.closeSync();
  await put(path);
}

const load = (table: string, path: string, more = "CASE_INSENSITIVE") =>
  account.run(`COPY INTO ${table} FROM @st/${path} MATCH_BY_COLUMN_NAME = ${more}`);

describe("a Parquet file's columns by name", () => {
  const parquet = "FILE_FORMAT = (TYPE = PARQUET)";

  test("every type is what a document of the record would give", async () => {
    await putParquet(
      "types/a.parquet",
      `SELECT 1::TINYINT AS tiny, 9223372036854775807 AS big, 12.345::DECIMAL(9,3) AS dec, 1.5::DOUBLE AS real,
         'é' AS text, TRUE AS flag, DATE '2026-03-01' AS day, TIMESTAMP '2026-03-01 01:02:03.5' AS at_time,
         TIME '12:34:56' AS tm, {'b': 2, 'a': [1, NULL]} AS doc, 7::UBIGINT AS unsigned, 2.5::DECIMAL(5,1) AS cut,
         42 AS shown
       UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
    );
    const columns = `tiny INT, big NUMBER(19,0), dec NUMBER(12,2), real FLOAT, text VARCHAR, flag BOOLEAN, day DATE,
      at_time TIMESTAMP_NTZ, tm TIME, doc VARIANT, unsigned INT, cut INT, shown VARCHAR, missing INT`;
    const names = "tiny, big, dec, real, text, flag, day, at_time, tm, doc, unsigned, cut, shown, missing";
    await account.run(`CREATE TABLE named (${columns})`);
    await account.run(`CREATE TABLE by_document (${columns})`);
    await load("named", `types/ ${parquet}`);
    await account.run(
      `COPY INTO by_document (${names.replace(", missing", "")}) FROM (SELECT ${names
        .split(", ")
        .filter((name) => name !== "missing")
        .map((name) => `$1:${name}`)
        .join(", ")} FROM @st/types/) ${parquet}`,
    );
    const rows = await account.rows(`SELECT ${names} FROM named ORDER BY tiny`);
    // A null in a document is one in a VARIANT too, so only the full record is compared.
    expect(rows[0]).toEqual((await account.rows(`SELECT ${names} FROM by_document ORDER BY tiny`))[0]);
    expect(rows[0]!.slice(0, 3)).toEqual([1n, 9223372036854775807n, "12.35"]);
    expect(rows[0]!.at(-2)).toBe("42");
    expect(rows[1]!.every((value) => value === null)).toBe(true);
  });

  test("a value that does not fit is told as ever, with its row and column", async () => {
    await putParquet("wide/a.parquet", "SELECT * FROM (VALUES (1), (1000)) AS v(n)");
    await account.run("CREATE TABLE narrow (n NUMBER(2,0))");
    await expect(load("narrow", `wide/ ${parquet}`)).rejects.toThrow(/Row 2, column "NARROW"\["N":1\]/);
    const [loaded] = (await load("narrow", `wide/ ${parquet} ON_ERROR = CONTINUE`)).rows;
    expect(loaded!.slice(1, 4)).toEqual(["PARTIALLY_LOADED", 2n, 1n]);
  });

  test("CASE_SENSITIVE takes the very name only, else the very name wins", async () => {
    await putParquet("case/a.parquet", `SELECT 1 AS "Name", 5 AS "Other"`);
    await account.run(`CREATE TABLE cased (name INT, "Other" INT)`);
    await load("cased", `case/ ${parquet}`, "CASE_SENSITIVE");
    await load("cased", `case/ ${parquet} FORCE = TRUE`);
    expect(await account.rows(`SELECT name, "Other" FROM cased ORDER BY name NULLS FIRST`)).toEqual([
      [null, 5n],
      [1n, 5n],
    ]);
  });
});

describe("a document's keys by name", () => {
  test("upper, lower and mixed case, quotes in names, null and absent", async () => {
    writeFileSync(
      local(),
      [
        { NAME: "upper", N: 1 },
        { name: "lower", n: 2, 'it"s': true },
        { nAme: "mixed", N: null },
        { other: 1 },
      ]
        .map((record) => JSON.stringify(record))
        .join("\n"),
    );
    await put("docs/a.json");
    await account.run(`CREATE TABLE keyed (name VARCHAR, n INT, "IT""S" BOOLEAN)`);
    await load("keyed", "docs/ FILE_FORMAT = (TYPE = JSON)");
    expect(await account.rows("SELECT * FROM keyed ORDER BY name")).toEqual([
      ["lower", 2n, true],
      ["mixed", null, null],
      ["upper", 1n, null],
      [null, null, null],
    ]);
  });

  test("an object in a text column has its keys in order", async () => {
    writeFileSync(local(), '{"doc": {"b": 1, "a": 2}, "list": [3]}');
    await put("nested/a.json");
    await account.run("CREATE TABLE nested (doc VARCHAR, list ARRAY)");
    await load("nested", "nested/ FILE_FORMAT = (TYPE = JSON)");
    expect(await account.rows("SELECT doc, list[0]::INT FROM nested")).toEqual([['{"a":2,"b":1}', 3n]]);
  });
});

test("a file's row numbers count where a load asks for them", async () => {
  writeFileSync(local(), "a\nb\n");
  await put("numbers/a.csv");
  await account.run("CREATE TABLE numbers (t VARCHAR, n INT)");
  await account.run("COPY INTO numbers FROM (SELECT $1, METADATA$FILE_ROW_NUMBER FROM @st/numbers/)");
  expect(await account.rows("SELECT * FROM numbers ORDER BY n")).toEqual([
    ["a", 1n],
    ["b", 2n],
  ]);
});

test("a transformation that reads several paths of a document", async () => {
  writeFileSync(local(), '{"a": {"b": 1}, "c": "x", "d": null}\n{"a": {"b": 2}}');
  await put("paths/a.json");
  await account.run("CREATE TABLE paths (b INT, c VARCHAR, d INT, whole VARIANT)");
  await account.run(
    "COPY INTO paths FROM (SELECT $1:a.b, $1:c, $1:d, $1 FROM @st/paths/) FILE_FORMAT = (TYPE = JSON)",
  );
  expect(await account.rows("SELECT b, c, d, whole:a.b::INT FROM paths ORDER BY b")).toEqual([
    [1n, "x", null, 1n],
    [2n, null, null, 2n],
  ]);
});
