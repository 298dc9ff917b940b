import { isIPv4, isIPv6 } from "node:net";
import { type DataType, number, varchar } from "../../../types/data-type.ts";
import { needNative } from "../native.ts";
import { raise, type Typed, text, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** SOUNDEX, PARSE_URL and PARSE_IP: text taken apart by functions of ours. */
const any = (args: Typed[]) => args.some((a) => a.nullable);
const OBJECT: DataType = { kind: "OBJECT" };

const CODES = new Map(
  Object.entries({ BFPV: "1", CGJKQSXZ: "2", DT: "3", L: "4", MN: "5", R: "6" }).flatMap(([letters, code]) =>
    [...letters].map((letter) => [letter, code] as const),
  ),
);

/**
 * Letters of the same code in a row count once, H and W between them do not part them; the first letter's code too,
 * but not in SOUNDEX_P123. Source: "SOUNDEX", "SOUNDEX_P123".
 */
function soundex(word: string, firstCounts: boolean): string {
  const letters = [...word.toUpperCase()].filter((c) => c >= "A" && c <= "Z");
  const [first, ...rest] = letters;
  if (first === undefined) return "";
  let code = first;
  let previous = firstCounts ? CODES.get(first) : undefined;
  for (const letter of rest) {
    const digit = CODES.get(letter);
    if (digit !== undefined && digit !== previous) code += digit;
    if (letter !== "H" && letter !== "W") previous = digit;
    if (code.length === 4) break;
  }
  return code.padEnd(4, "0");
}

for (const [name, firstCounts] of [
  ["SOUNDEX", true],
  ["SOUNDEX_P123", false],
] as const)
  define("string", name, ["text"], (a, { env }) => {
    const native = `firn_${name.toLowerCase()}`;
    needNative(env, [{ name: native, arity: 1, call: (word) => soundex(word, firstCounts) }]);
    return typed(`${native}(${a[0]!.sql})`, varchar(4), any(a));
  });

/** Source: "PARSE_URL". The user's name stays with the host. */
function parseUrl(url: string): string {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url);
  if (!match) return JSON.stringify({ error: "scheme not specified" });
  const [, scheme, authority, path, query, fragment] = match;
  const [, host, port] = /^(.*?)(?::(\d+))?$/s.exec(authority ?? "")!;
  const parameters = query
    ? Object.fromEntries(
        query.split("&").map((pair) => {
          const at = pair.indexOf("=");
          return at < 0 ? [pair, null] : [pair.slice(0, at), pair.slice(at + 1)];
        }),
      )
    : null;
  return JSON.stringify({
    fragment: fragment ?? null,
    host: authority === undefined ? null : host,
    parameters,
    path: authority === undefined ? path : path!.replace(/^\//, ""),
    port: port ?? null,
    query: query ?? null,
    scheme: scheme!.toLowerCase(),
  });
}

define(
  "string",
  "PARSE_URL",
  ["text", "integer"],
  (a, { env }) => {
    needNative(env, [{ name: "firn_parse_url", arity: 1, call: parseUrl }]);
    const parsed = `firn_parse_url(${a[0]!.sql})`;
    const wrong = raise(
      "100139",
      "22000",
      `'Error parsing URL: ' || json_extract_string(${parsed}, '$.error')`,
    );
    const strict = `CASE WHEN starts_with(${parsed}, '{"error"') THEN CAST(${wrong} AS VARCHAR) ELSE ${parsed} END`;
    const permissive = a[1] ? `CASE WHEN ${a[1].sql} = 1 THEN ${parsed} ELSE ${strict} END` : strict;
    return typed(`CAST(${permissive} AS JSON)`, OBJECT, any(a));
  },
  { min: 1 },
);

/** Source: "PARSE_IP". */
function parseIp(address: string): string {
  const [ip, prefixText] = address.split("/") as [string, string | undefined];
  const version = isIPv4(ip) ? 4 : isIPv6(ip) ? 6 : 0;
  const width = version === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? null : Number(prefixText);
  if (version === 0 || (prefix !== null && !(Number.isInteger(prefix) && prefix >= 0 && prefix <= width)))
    return "";
  const value = version === 4 ? fields(ip.split("."), 10, 8n) : fields(groupsOf(ip), 16, 16n);
  const hostBits = BigInt(width - (prefix ?? width));
  const start = (value >> hostBits) << hostBits;
  const end = start + (1n << hostBits) - 1n;
  const shown = (n: bigint) => (version === 4 ? String(n) : JSON.stringify(hex(n)));
  const parts = Array.from({ length: 4 }, (_, i) =>
    version === 4 ? (i === 0 ? value : 0n) : (value >> BigInt(96 - 32 * i)) & 0xffffffffn,
  );
  const kind = version === 4 ? "ipv4" : "hex_ipv6";
  const range = version === 4 ? "ipv4_range" : "hex_ipv6_range";
  const items = [
    `"family":${version}`,
    `"host":${JSON.stringify(ip)}`,
    `"ip_fields":[${parts.join(",")}]`,
    `"ip_type":"inet"`,
    `"${kind}":${shown(value)}`,
    `"netmask_prefix_length":${prefix ?? "null"}`,
    `"snowflake$type":"ip_address"`,
    ...(prefix === null ? [] : [`"${range}_start":${shown(start)}`, `"${range}_end":${shown(end)}`]),
  ];
  return `{${items.join(",")}}`;
}

const hex = (n: bigint): string => n.toString(16).toUpperCase().padStart(32, "0");

const fields = (parts: string[], base: 10 | 16, bits: bigint): bigint =>
  parts.reduce((sum, part) => (sum << bits) | BigInt(base === 10 ? part : `0x${part}`), 0n);

/** The eight groups of an IPv6 address, `::` written out. */
function groupsOf(ip: string): string[] {
  const [head, tail] = ip.split("::").map((side) => (side === "" ? [] : side.split(":")));
  if (!tail) return head!;
  return [...head!, ...Array.from({ length: 8 - head!.length - tail.length }, () => "0"), ...tail];
}

define(
  "string",
  "PARSE_IP",
  ["text", "text", "integer"],
  (a, { env }) => {
    needNative(env, [{ name: "firn_parse_ip", arity: 1, call: parseIp }]);
    const parsed = `firn_parse_ip(${a[0]!.sql})`;
    const error = `'Error parsing IP address: Invalid IP address: ' || ${a[0]!.sql}`;
    const wrong = `CAST(${raise("100149", "22000", error)} AS VARCHAR)`;
    const permissive = a[2]
      ? `CASE WHEN ${a[2].sql} = 1 THEN json_object('error', ${error}) ELSE ${wrong} END`
      : wrong;
    return typed(
      `CAST(CASE WHEN ${parsed} = '' THEN ${permissive} ELSE ${parsed} END AS JSON)`,
      OBJECT,
      any(a),
    );
  },
  { min: 2 },
);

define("string", "RTRIMMED_LENGTH", ["text"], (a) =>
  typed(`length(rtrim(${a[0]!.sql}, ' '))`, number(18), any(a)),
);
/** The input when it is valid UTF-8, which text always is here. Source: "VALIDATE_UTF8". */
define("string", "VALIDATE_UTF8", ["text"], (a) => text(a[0]!.sql, any(a)));
