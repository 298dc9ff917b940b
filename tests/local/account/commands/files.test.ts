import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stageLocation } from "../../../../local/account/files/files.ts";
import { WholeAccount } from "./whole-account.ts";

test("LIST, COPY FILES and REMOVE work on a stage's files, by path and pattern, for who may", async () => {
  const account = await WholeAccount.open();
  const dir = mkdtempSync(join(tmpdir(), "firn-files-"));
  try {
    await account.all("create stage st");
    const stage = account.account.services.catalog.listAll("STAGE")[0]!;
    for (const name of ["a/1.csv", "a/2.csv", "b/3.json"]) {
      writeFileSync(join(dir, "x"), name);
      await account.account.services.files.put(stageLocation(stage), name, join(dir, "x"));
    }
    const names = async (text: string) => (await account.rows(text)).map((row) => row[0]);
    expect(await names("list @st")).toEqual(["st/a/1.csv", "st/a/2.csv", "st/b/3.json"]);
    expect(await names("ls @d.s.st/a/ pattern = '.*2[.]csv'")).toEqual(["st/a/2.csv"]);
    await account.all("create stage other");
    expect(await account.rows("copy files into @other/new from @st/a/ pattern = '.*1[.]csv'")).toEqual([
      ["new/1.csv"],
    ]);
    expect(await account.rows("copy files into @other from @st detailed_output = false")).toEqual([["3"]]);
    expect(await names("list @other")).toEqual([
      "other/a/1.csv",
      "other/a/2.csv",
      "other/b/3.json",
      "other/new/1.csv",
    ]);
    expect(await account.rows("remove @st/a/")).toEqual([
      ["st/a/1.csv", "removed"],
      ["st/a/2.csv", "removed"],
    ]);
    expect(await names("list @st")).toEqual(["st/b/3.json"]);
    expect(await account.error("list @nope")).toMatch(/^002003/);
    await account.all("use role public");
    expect(await account.error("list @d.s.st")).toMatch(/^002003/);
  } finally {
    rmSync(dir, { recursive: true });
    await account.close();
  }
});
