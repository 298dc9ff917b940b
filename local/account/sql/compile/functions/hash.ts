import { createHash } from "node:crypto";
import { errors } from "../../../errors.ts";
import { type DataType, number, varchar } from "../../../types/data-type.ts";
import { castTo } from "../cast.ts";
import type { Env } from "../env.ts";
import { needNative } from "../native.ts";
import { type Typed, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** Digests. Source: Snowflake documentation, "String & binary functions (cryptographic hash)". */
const any = (args: Typed[]) => args.some((a) => a.nullable);
const BINARY: DataType = { kind: "BINARY", length: 8_388_608 };

export const bytes = (a: Typed) => (a.type.kind === "BINARY" ? a.sql : `encode(${a.sql})`);
define("hash", "MD5 MD5_HEX", ["text"], (a) => typed(`md5(${bytes(a[0]!)})`, varchar(32), any(a)));
define("hash", "MD5_BINARY", ["text"], (a) => typed(`unhex(md5(${bytes(a[0]!)}))`, BINARY, any(a)));
define("hash", "SHA1 SHA1_HEX", ["text"], (a) => typed(`sha1(${bytes(a[0]!)})`, varchar(40), any(a)));
define("hash", "SHA1_BINARY", ["text"], (a) => typed(`unhex(sha1(${bytes(a[0]!)}))`, BINARY, any(a)));

const digest = (name: string) => (hex: string) =>
  createHash(name).update(Buffer.from(hex, "hex")).digest("hex");

/** Digests of 224, 256 (also 0), 384 and 512 bits. Source: "SHA2 , SHA2_HEX". */
function sha2(env: Env, value: Typed, size: Typed | undefined): string {
  const bits = size ? size.constant?.value : "256";
  if (bits === "256" || bits === "0") return `sha256(${bytes(value)})`;
  if (bits !== "224" && bits !== "384" && bits !== "512")
    throw errors.invalidValue(bits ?? size!.sql, "digest size: 224, 256, 384 or 512");
  needNative(env, [{ name: `firn_sha${bits}`, arity: 1, call: digest(`sha${bits}`) }]);
  return `firn_sha${bits}(hex(${bytes(value)}))`;
}
define(
  "hash",
  "SHA2 SHA2_HEX",
  ["text", "integer"],
  (a, { env }) => typed(sha2(env, a[0]!, a[1]), varchar(128), any(a)),
  { min: 1 },
);
define(
  "hash",
  "SHA2_BINARY",
  ["text", "integer"],
  (a, { env }) => typed(`unhex(${sha2(env, a[0]!, a[1])})`, BINARY, any(a)),
  { min: 1 },
);
/** Half of a digest as a number. Source: "MD5_NUMBER_LOWER64", "MD5_NUMBER_UPPER64". */
for (const [name, from] of [
  ["MD5_NUMBER_UPPER64", 1],
  ["MD5_NUMBER_LOWER64", 17],
] as const)
  define("hash", name, ["text"], (a) =>
    typed(
      `CAST(CAST('0x' || substring(md5(${bytes(a[0]!)}), ${from}, 16) AS UBIGINT) AS HUGEINT)`,
      number(20),
      any(a),
    ),
  );
/** Text that is the same for equal numbers, whatever their scale. Source: "HASH". */
function hashed(env: Env, value: Typed): string {
  const shown = castTo(env, value, varchar()).sql;
  return value.type.kind === "NUMBER" && value.type.scale > 0 ? `rtrim(rtrim(${shown}, '0'), '.')` : shown;
}

define(
  "hash",
  "HASH",
  ["any"],
  (a, { env }) => {
    const parts = a.map((x) => `coalesce(${hashed(env, x)}, chr(0))`);
    return typed(
      `CAST(CAST(hash(${parts.join(", ")}) AS HUGEINT) - 9223372036854775808 AS HUGEINT)`,
      number(19),
      false,
    );
  },
  {
    min: 1,
    variadic: true,
    approximate: "another hash function than Snowflake's: values differ, equality holds",
  },
);
