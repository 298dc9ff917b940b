import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { LocalError } from "../supervisor/errors.ts";
import { writeFileAtomic } from "../supervisor/files.ts";

export interface KafkaUser {
  username: string;
  password: string;
}

/** The broker's principals (`User:<username>`). `admin` may do anything; the others only what ACLs allow. */
export interface KafkaUsers {
  admin: KafkaUser;
  producer: KafkaUser;
  connector: KafkaUser;
  /** The broker itself, between its own listeners. */
  broker: KafkaUser;
}

const ROLES = ["admin", "producer", "connector", "broker"] as const satisfies readonly (keyof KafkaUsers)[];

/** Names of the principals that ACLs speak of. */
export interface KafkaUsernames {
  producer: string;
  connector: string;
}

/**
 * The users of this data folder, with passwords drawn once and kept in a file that only its owner can read. A name that
 * has changed since keeps its password.
 */
export function readOrCreateUsers(
  file: string,
  names: KafkaUsernames = { producer: "producer", connector: "connector" },
): KafkaUsers {
  if (existsSync(file)) {
    const { producer, connector, ...others } = parseUsers(readFileSync(file, "utf8"), file);
    return {
      ...others,
      producer: { ...producer, username: names.producer },
      connector: { ...connector, username: names.connector },
    };
  }
  const draw = (username: string): KafkaUser => ({
    username,
    password: randomBytes(24).toString("base64url"),
  });
  const users: KafkaUsers = {
    admin: draw("admin"),
    producer: draw(names.producer),
    connector: draw(names.connector),
    broker: draw("broker"),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomic(file, `${JSON.stringify(users, null, 2)}\n`);
  chmodSync(file, 0o600);
  return users;
}

function parseUsers(text: string, file: string): KafkaUsers {
  try {
    const value = JSON.parse(text) as Partial<Record<string, Partial<KafkaUser>>>;
    if (ROLES.every((role) => value[role]?.username && value[role]?.password))
      return value as unknown as KafkaUsers;
  } catch {
    // Told below.
  }
  throw new LocalError(
    "BAD_CONFIG",
    `${file} is not a file of Kafka users.`,
    "Remove it: new passwords are drawn at the next start.",
  );
}
