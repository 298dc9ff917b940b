import { createHash, generateKeyPairSync } from "node:crypto";
import { ACCOUNT_ID } from "../../../../local/account/catalog/model.ts";
import { verifyPassword } from "../../../../local/account/session/passwords.ts";
import { Harness } from "./harness.ts";

const key = () =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "der" });

describe("users", () => {
  test("a service user with a key, as the provider makes it", async () => {
    const account = await Harness.open();
    const der = key();
    await account.run(
      `CREATE USER "LOADER" RSA_PUBLIC_KEY = '${der.toString("base64")}' DEFAULT_ROLE = "R" DEFAULT_WAREHOUSE = "W" DEFAULT_SECONDARY_ROLES = ()
         TYPE = SERVICE COMMENT = 'c' TIMEZONE = 'Europe/Berlin'`,
    );
    expect(await account.one("SHOW USERS LIKE 'LOADER'")).toMatchObject({
      login_name: "LOADER",
      type: "SERVICE",
      default_role: "R",
      default_secondary_roles: "[]",
      has_password: "false",
      has_rsa_public_key: "true",
      disabled: "false",
    });
    const described = Object.fromEntries(
      (await account.run("describe user loader")).map((row) => [row["property"], row["value"]]),
    );
    expect(described).toMatchObject({
      RSA_PUBLIC_KEY_FP: `SHA256:${createHash("sha256").update(der).digest("base64")}`,
      TYPE: "SERVICE",
      PASSWORD: "null",
    });
    expect(await account.one("show parameters like 'timezone' for user loader")).toMatchObject({
      value: "Europe/Berlin",
      level: "USER",
    });
    expect(await account.error("alter user loader set password = 'x'")).toMatch(
      /Cannot set PASSWORD on users with TYPE=SERVICE/,
    );
  });

  test("passwords are kept as hashes and never shown", async () => {
    const account = await Harness.open();
    await account.run(
      "create user u password = 'very secret' login_name = 'U@x' must_change_password = true",
    );
    const { props } = account.services.catalog.find("USER", ACCOUNT_ID, "U")!;
    expect(await verifyPassword("very secret", props.passwordHash)).toBe(true);
    expect(JSON.stringify(props)).not.toContain("very secret");
    expect(JSON.stringify(await account.run("describe user u"))).not.toContain(props.passwordHash);
    expect(props.loginName).toBe("U@X");
    expect(await account.error("create user v login_name = 'u@x'")).toMatch(/^002002/);
    await account.all("alter user u set disabled = true, email = 'a@b'", "alter user u unset email");
    expect(await account.one("show users like 'u'")).toMatchObject({ disabled: "true", email: "" });
  });

  test("a bad key is refused; a user sees itself alone", async () => {
    const account = await Harness.open();
    expect(await account.error("create user u rsa_public_key = 'AAAA'")).toMatch(/rejected/);
    await account.all("create user u", "use role public");
    expect((await account.run("show users")).map((row) => row["name"])).toEqual(["ADMIN"]);
    expect(await account.error("describe user u")).toMatch(/^002003/);
    expect(await account.error("drop user u")).toMatch(/^002003/);
  });
});
