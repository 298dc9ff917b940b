import { testAccount } from "../support.ts";

test("one statement may ask hundreds of streams whether they have data", async () => {
  const account = await testAccount();
  await account.table("T", "A NUMBER");
  const names = Array.from({ length: 260 }, (_, i) => `S${i}`);
  for (const name of names) await account.stream(name, "T");
  await account.run("insert into t values (1)");
  const asked = names.map((name) => `system$stream_has_data('${name}')`).join(", ");
  const [row] = await account.rows(`select ${asked}`);
  expect(new Set(row)).toEqual(new Set([true]));
  expect(row).toHaveLength(260);
  account.close();
});
