import { Harness } from "./harness.ts";

describe("resource monitors", () => {
  test("quota, triggers and start are read back; usage is the ledger's", async () => {
    const account = await Harness.open();
    await account.all(
      `CREATE RESOURCE MONITOR "RM" WITH CREDIT_QUOTA=10 FREQUENCY=MONTHLY START_TIMESTAMP='2026-02-01 00:00' NOTIFY_USERS=("ADMIN")
         TRIGGERS ON 80 PERCENT DO NOTIFY ON 50 PERCENT DO NOTIFY ON 95 PERCENT DO SUSPEND ON 100 PERCENT DO SUSPEND_IMMEDIATE`,
      "create warehouse w resource_monitor = rm initially_suspended = true",
    );
    expect(await account.one("SHOW RESOURCE MONITORS LIKE 'RM'")).toMatchObject({
      credit_quota: "10.00",
      used_credits: "1.50",
      remaining_credits: "8.50",
      level: "WAREHOUSE",
      frequency: "MONTHLY",
      start_time: BigInt(Date.UTC(2026, 1, 1)) * 1_000_000n,
      notify_at: "50%,80%",
      suspend_at: "95%",
      suspend_immediately_at: "100%",
      notify_users: "ADMIN",
      owner: "ACCOUNTADMIN",
    });
    await account.all(
      "alter account set resource_monitor = rm",
      "alter resource monitor rm set credit_quota = null",
    );
    expect(await account.one("show resource monitors")).toMatchObject({
      credit_quota: null,
      level: "ACCOUNT",
    });
    await account.run("drop resource monitor rm");
    expect(await account.one("show warehouses")).toMatchObject({ resource_monitor: "null" });
  });

  test("rules", async () => {
    const account = await Harness.open();
    expect(await account.error("create resource monitor r with frequency = daily")).toMatch(
      /specified together/,
    );
    expect(
      await account.error(
        "create resource monitor r with credit_quota = 1 triggers on 1 percent do suspend on 2 percent do suspend",
      ),
    ).toMatch(/one SUSPEND trigger/);
    expect(await account.error("create resource monitor r with credit_quota = 0")).toMatch(/^001008/);
    await account.all("grant role sysadmin to user admin", "use role sysadmin");
    expect(await account.error("create resource monitor r with credit_quota = 1")).toMatch(/^003001/);
  });
});
