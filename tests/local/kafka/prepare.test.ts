import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brokerProperties, portProperties } from "../../../local/kafka/broker-config.ts";
import { findJava, javaMajor } from "../../../local/kafka/java.ts";
import { parseChecksums, verify } from "../../../local/kafka/prepare.ts";
import { readOrCreateUsers } from "../../../local/kafka/users.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "firn-kafka-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("the major version of Java is read from both forms", () => {
  expect(javaMajor('openjdk version "17.0.15" 2025-04-15')).toBe(17);
  expect(javaMajor('java version "1.8.0_292"')).toBe(8);
  expect(javaMajor("no such thing")).toBeUndefined();
});

test("a missing Java is one error that says what to install", async () => {
  await expect(findJava({ PATH: dir })).rejects.toMatchObject({
    code: "MISSING_TOOL",
    message: expect.stringContaining("needs Java 17 or newer; none was found on PATH"),
  });
});

test("a jar that is not what it must be is refused, a stray file is removed", () => {
  const sums = parseChecksums("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.jar\n");
  writeFileSync(join(dir, "a.jar"), "abc");
  writeFileSync(join(dir, "stray.jar"), "");
  verify(dir, sums);
  expect(readdirSync(dir)).toEqual(["a.jar"]);
  writeFileSync(join(dir, "a.jar"), "abd");
  expect(() => verify(dir, sums)).toThrow("a.jar of the local Kafka broker is not what it must be");
  rmSync(join(dir, "a.jar"));
  expect(() => verify(dir, sums)).toThrow("SHA-256 missing");
});

test("passwords are drawn once, and differ between data folders", () => {
  const users = readOrCreateUsers(join(dir, "a.json"));
  expect(readOrCreateUsers(join(dir, "a.json"))).toEqual(users);
  expect(readOrCreateUsers(join(dir, "b.json"))).not.toEqual(users);
  writeFileSync(join(dir, "a.json"), "{}");
  expect(() => readOrCreateUsers(join(dir, "a.json"))).toThrow("is not a file of Kafka users");
});

test("the broker listens on the loopback address only, and nobody but admin and itself is a super user", () => {
  const users = readOrCreateUsers(join(dir, "a.json"));
  const config = brokerProperties("/data", users);
  expect(config).toContain("super.users=User:broker;User:admin\n");
  expect(config).toContain("allow.everyone.if.no.acl.found=false\n");
  expect(portProperties({ client: 1, controller: 2 }, "127.0.0.1")[0]).toBe(
    "listeners=CLIENT://127.0.0.1:1,CONTROLLER://127.0.0.1:2",
  );
});

test("further nodes are brokers only, and know the one controller", () => {
  const users = readOrCreateUsers(join(dir, "a.json"));
  const config = brokerProperties("/data-2", users, 2);
  expect(config).toContain("process.roles=broker\n");
  expect(config).toContain("node.id=2\n");
  expect(portProperties({ client: 3, controller: 2 }, "127.0.0.1", 2)).toEqual([
    "listeners=CLIENT://127.0.0.1:3",
    "advertised.listeners=CLIENT://127.0.0.1:3",
    "controller.quorum.voters=1@127.0.0.1:2",
  ]);
});
