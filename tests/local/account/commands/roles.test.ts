import { Harness } from "./harness.ts";

describe("roles", () => {
  test("the system's roles with their hierarchy", async () => {
    const account = await Harness.open();
    expect((await account.run("show roles")).map((row) => row["name"])).toEqual([
      "ACCOUNTADMIN",
      "ORGADMIN",
      "PUBLIC",
      "SECURITYADMIN",
      "SYSADMIN",
      "USERADMIN",
    ]);
    expect(await account.one("show roles like 'accountadmin'")).toMatchObject({
      is_current: "Y",
      is_default: "Y",
      assigned_to_users: 1,
      granted_roles: 2,
    });
    expect(await account.run("show grants of role useradmin")).toMatchObject([
      { grantee_name: "SECURITYADMIN" },
    ]);
    await account.run("use role useradmin");
    expect(await account.error("create warehouse w")).toMatch(/^003001/);
    await account.run("create role r comment = 'c'");
    expect(await account.one("show roles like 'r'")).toMatchObject({ owner: "USERADMIN", comment: "c" });
  });

  test("rename, database roles, quoted names", async () => {
    const account = await Harness.open();
    await account.all(
      `create role "odd name"`,
      `alter role "odd name" rename to plain`,
      "create database d",
      `CREATE DATABASE ROLE "D"."R" COMMENT = 'x'`,
      `ALTER DATABASE ROLE "D"."R" SET COMMENT = 'y'`,
      "alter database role d.r rename to d.r2",
    );
    expect(await account.run("show database roles in database d")).toMatchObject([
      { name: "R2", comment: "y", owner_role_type: "ROLE" },
    ]);
    expect(await account.error("alter role sysadmin rename to x")).toMatch(/^003001/);
    await account.all("drop database role d.r2", "drop role plain");
    expect(await account.run("show database roles in database d")).toEqual([]);
  });
});
