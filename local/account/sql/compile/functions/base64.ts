import { createHash } from "node:crypto";
import { errors } from "../../../errors.ts";
import { type DataType, varchar } from "../../../types/data-type.ts";
import type { Env } from "../env.ts";
import { needNative } from "../native.ts";
import { quoteText, type Typed, text, typed } from "../typed.ts";
import { bytes } from "./hash.ts";
import { define } from "./registry.ts";

/** Base64 in other alphabets and in lines, and UUIDs. Source: "BASE64_ENCODE" and its like, "UUID_STRING". */
const any = (args: Typed[]) => args.some((a) => a.nullable);
const BINARY: DataType = { kind: "BINARY", length: 8_388_608 };

/** Up to three characters: those for the values 62 and 63, and the padding. */
function alphabetOf(given: Typed | undefined): [string, string, string] {
  if (!given) return ["+", "/", "="];
  if (given.constant?.kind !== "string") throw errors.unsupported("base64 alphabet that is not a constant");
  const characters = [...given.constant.value];
  if (characters.length > 3) throw errors.invalidValue(given.constant.value, "alphabet");
  return [characters[0] ?? "+", characters[1] ?? "/", characters[2] ?? "="];
}

/** Lines of a length, each but the last with its line feed. */
const lines = (size: number) => (encoded: string) =>
  Array.from({ length: Math.ceil(encoded.length / size) }, (_, i) =>
    encoded.slice(i * size, (i + 1) * size),
  ).join("\n");

function encode(env: Env, a: Typed[]): string {
  const plain = `base64(${bytes(a[0]!)})`;
  if (a[1] && a[1].constant?.kind !== "number")
    throw errors.unsupported("line length that is not a constant");
  const size = Number(a[1]?.constant?.value ?? 0);
  const alphabet = alphabetOf(a[2]).join("");
  const spelt = alphabet === "+/=" ? plain : `translate(${plain}, '+/=', ${quoteText(alphabet)})`;
  if (size === 0) return spelt;
  needNative(env, [{ name: `firn_lines_${size}`, arity: 1, call: lines(size) }]);
  return `firn_lines_${size}(${spelt})`;
}

define("string", "BASE64_ENCODE", ["text", "integer", "text"], (a, { env }) => text(encode(env, a), any(a)), {
  min: 1,
});

/** The text in the standard alphabet, without its lines' ends. */
function standard(a: Typed[]): string {
  const alphabet = alphabetOf(a[1]).join("");
  const spelt = alphabet === "+/=" ? a[0]!.sql : `translate(${a[0]!.sql}, ${quoteText(alphabet)}, '+/=')`;
  return `replace(replace(${spelt}, chr(10), ''), chr(13), '')`;
}

for (const isTry of [false, true]) {
  const prefix = isTry ? "TRY_" : "";
  const attempt = (sql: string) => (isTry ? `TRY(${sql})` : sql);
  define(
    "string",
    `${prefix}BASE64_DECODE_STRING`,
    ["text", "text"],
    (a) => text(attempt(`decode(from_base64(${standard(a)}))`), isTry || any(a)),
    { min: 1 },
  );
  define(
    "string",
    `${prefix}BASE64_DECODE_BINARY`,
    ["text", "text"],
    (a) => typed(attempt(`from_base64(${standard(a)})`), BINARY, isTry || any(a)),
    { min: 1 },
  );
}

/** Version 5: of a name within a namespace. */
function namedUuid(namespace: string, name: string): string {
  const digest = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest();
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

define(
  "string",
  "UUID_STRING",
  ["text", "text"],
  (a, { env }) => {
    if (a.length === 0) return typed("CAST(uuid() AS VARCHAR)", varchar(36), false);
    if (a.length === 1) throw errors.unsupported("UUID_STRING of a namespace without a name");
    needNative(env, [{ name: "firn_named_uuid", arity: 2, call: namedUuid }]);
    return typed(
      `firn_named_uuid(CAST(CAST(${a[0]!.sql} AS UUID) AS VARCHAR), ${a[1]!.sql})`,
      varchar(36),
      any(a),
    );
  },
  { min: 0 },
);
