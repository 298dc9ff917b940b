import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LocalFiles } from "../../../../local/account/files/local-files.ts";
import { loadFiles } from "../../../../local/account/sql/index.ts";
import { physicalTable } from "../../../../local/account/storage/storage.ts";
import { type TestAccount, testAccount } from "../support.ts";

let folder: string;
let account: TestAccount;
let files: LocalFiles;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "firn-copy-"));
  files = new LocalFiles(join(folder, "stages"));
  account = await testAccount({ files });
  await account.run("CREATE STAGE st");
  await account.run(
    "CREATE FILE FORMAT lines TYPE = CSV FIELD_DELIMITER = NONE ESCAPE_UNENCLOSED_FIELD = NONE SKIP_BLANK_LINES = TRUE NULL_IF = () EMPTY_FIELD_AS_NULL = FALSE",
  );
  await account.run(
    `CREATE FILE FORMAT quoted TYPE = CSV SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
  );
  await account.run("CREATE FILE FORMAT js TYPE = JSON STRIP_OUTER_ARRAY = TRUE");
});
afterAll(() => {
  account.close();
  rmSync(folder, { recursive: true, force: true });
});

async function put(path: string, content: string | Buffer): Promise<void> {
  const local = join(folder, "file");
  writeFileSync(local, content);
  const stage = account.services.catalog.find("STAGE", account.schemaId, "ST")!;
  await files.put(`stage:${stage.id}`, path, local);
}

describe("lines", () => {
  const copy =
    "COPY INTO raw FROM (SELECT CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) END, $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @st/lines/) FILE_FORMAT = (FORMAT_NAME = lines)";

  test("every line is a row, broken ones too, gzip or not", async () => {
    await account.run("CREATE TABLE raw (v VARIANT, line VARCHAR, file VARCHAR, n INT)");
    await put("lines/a.jsonl.gz", gzipSync('{"id":1}\n\n{"id":2}\r\nbad "json\n'));
    await put("lines/b.jsonl", '{"id":3}');
    const result = await account.run(copy);
    expect(result.rows.map((r) => r.slice(0, 4))).toEqual([
      ["st/lines/a.jsonl.gz", "LOADED", 3n, 3n],
      ["st/lines/b.jsonl", "LOADED", 1n, 1n],
    ]);
    expect(await account.rows("SELECT v:id::INT, line, file, n FROM raw ORDER BY file, n")).toEqual([
      [1n, '{"id":1}', "lines/a.jsonl.gz", 1n],
      [2n, '{"id":2}', "lines/a.jsonl.gz", 2n],
      [null, 'bad "json', "lines/a.jsonl.gz", 3n],
      [3n, '{"id":3}', "lines/b.jsonl", 1n],
    ]);
  });

  test("the rows of several packed files stand in whole row groups, in the files' order", async () => {
    await account.run("CREATE TABLE packed (line VARCHAR)");
    const lines = Array.from({ length: 130_000 }, (_, i) => `${i}\n`).join("");
    for (const name of ["a", "b", "c"]) await put(`packed/${name}.jsonl.gz`, gzipSync(lines));
    await account.run("COPY INTO packed FROM @st/packed/ FILE_FORMAT = (FORMAT_NAME = lines)");
    const table = account.services.catalog.find("TABLE", account.schemaId, "PACKED")!;
    const reader = await account.session.connection.runAndReadAll(
      `SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('${physicalTable(table.id)}')`,
    );
    expect(reader.getRows()).toEqual([[4n]]);
    expect(await account.rows("SELECT count(*), count(DISTINCT line) FROM packed")).toEqual([
      [390_000n, 130_000n],
    ]);
    await account.run("DROP TABLE packed");
  });

  test("a file is loaded once, unless FORCE or its content changes", async () => {
    expect((await account.run(copy)).rows).toEqual([["Copy executed with 0 files processed."]]);
    expect((await account.run(`${copy} FORCE = TRUE`)).affected).toMatchObject({ inserted: 4 });
    await put("lines/b.jsonl", '{"id":4}\n{"id":5}');
    expect((await account.run(copy)).rows.map((r) => r[0])).toEqual(["st/lines/b.jsonl"]);
  });
});

describe("CSV and ON_ERROR", () => {
  beforeAll(async () => {
    await account.run("CREATE TABLE c (id INT, name VARCHAR(10), d DATE)");
    await put("csv/a.csv", 'ID,NAME,D\n1,"a ""q"", b",2024-01-02\n2,,2024-01-03\n');
    await put("csv/b.csv", "ID,NAME,D\nx,b,2024-01-02\n3,ok,2024-01-03\n4,ok\n");
  });
  beforeEach(() => account.run("TRUNCATE TABLE c"));
  const copy = (more: string) =>
    account.run(`COPY INTO c FROM @st/csv/ FILE_FORMAT = (FORMAT_NAME = quoted) FORCE = TRUE ${more}`);
  const ids = async () => (await account.rows("SELECT id FROM c ORDER BY id")).flat();

  test("ABORT_STATEMENT loads nothing and names file, row and column", async () => {
    await expect(copy("")).rejects.toMatchObject({
      code: "100038",
      message: expect.stringMatching(
        /'x' is not recognized[\s\S]*File 'csv\/b.csv'[\s\S]*column "C"\["ID":1\]/,
      ),
    });
    expect(await ids()).toEqual([]);
  });

  test("SKIP_FILE leaves the bad file out", async () => {
    const result = await copy("ON_ERROR = SKIP_FILE");
    expect(result.rows.map((r) => [r[1], r[2], r[3], r[5]])).toEqual([
      ["LOADED", 2n, 2n, 0n],
      ["LOAD_FAILED", 3n, 0n, 2n],
    ]);
    expect(await ids()).toEqual([1n, 2n]);
  });

  test("CONTINUE leaves the bad rows out", async () => {
    const result = await copy("ON_ERROR = CONTINUE");
    expect(result.rows.map((r) => [r[1], r[3], r[6], r[9]])).toEqual([
      ["LOADED", 2n, null, null],
      ["PARTIALLY_LOADED", 1n, "Numeric value 'x' is not recognized", '"C"["ID":1]'],
    ]);
    expect(await ids()).toEqual([1n, 2n, 3n]);
  });

  test("quotes are taken off, an empty field is NULL", async () => {
    await copy("ON_ERROR = SKIP_FILE");
    expect(await account.rows("SELECT name FROM c ORDER BY id")).toEqual([['a "q", b'], [null]]);
  });

  test("an unknown option is refused", async () => {
    await expect(copy("NO_SUCH = 1")).rejects.toMatchObject({ code: "002040" });
    await expect(
      account.run("COPY INTO c FROM @st/csv/ FILE_FORMAT = (TYPE = CSV BAD = 1)"),
    ).rejects.toMatchObject({ code: "001008" });
  });
});

describe("JSON", () => {
  test("arrays are stripped, columns match by name", async () => {
    await put("js/a.json", '[{"ID":1,"name":"n1"},\n {"ID":2}]');
    await put("js/b.json", '{"ID":5} {"ID":6}');
    await account.run("CREATE TABLE j (id INT, name VARCHAR)");
    await account.run(
      "COPY INTO j FROM @st/js/ FILE_FORMAT = (FORMAT_NAME = js) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
    );
    expect(await account.rows("SELECT id, name FROM j ORDER BY id")).toEqual([
      [1n, "n1"],
      [2n, null],
      [5n, null],
      [6n, null],
    ]);
  });

  test("several columns need names", async () => {
    await expect(
      account.run("COPY INTO j FROM @st/js/ FILE_FORMAT = (FORMAT_NAME = js) FORCE = TRUE"),
    ).rejects.toMatchObject({ code: "002019" });
  });

  test("staged files are rows of a query", async () => {
    expect(
      await account.rows(
        "SELECT t.$1:ID::INT, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @st/js (FILE_FORMAT => js, PATTERN => '.*a[.]json') t ORDER BY 1",
      ),
    ).toEqual([
      [1n, "js/a.json", 1n],
      [2n, "js/a.json", 2n],
    ]);
  });
});

test("a pipe's load skips bad files and tells of each", async () => {
  const table = account.services.catalog.find("TABLE", account.schemaId, "C")!;
  await account.run("TRUNCATE TABLE c");
  const loads = await account.within((ctx) =>
    ctx.inTransaction([table.id], (transaction) =>
      loadFiles(
        ctx,
        "COPY INTO c FROM @st/csv/ FILE_FORMAT = (FORMAT_NAME = quoted)",
        [
          { path: "csv/a.csv", size: 1, md5: "a", lastModified: 0 },
          { path: "csv/b.csv", size: 1, md5: "b", lastModified: 0 },
        ],
        transaction,
      ),
    ),
  );
  expect(loads.map((l) => [l.path, l.status, l.rowsLoaded, l.firstErrorLine])).toEqual([
    ["csv/a.csv", "LOADED", 2, null],
    ["csv/b.csv", "LOAD_FAILED", 0, 1],
  ]);
});
