import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { deflateSync, inflateSync, constants as zlib, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { errors } from "../../../errors.ts";
import { type DataType, MAX_BINARY } from "../../../types/data-type.ts";
import { compressSnappy, decompressSnappy } from "../../snappy.ts";
import { type NativeFunction, needNative } from "../native.ts";
import { raised, type Typed, text, typed } from "../typed.ts";
import { bytes } from "./hash.ts";
import { type CallContext, define } from "./registry.ts";

/** Compression and encryption. Source: "String & binary functions (Compression/Decompression, Encryption/Decryption)". */
const BINARY: DataType = { kind: "BINARY", length: MAX_BINARY };
const any = (args: Typed[]) => args.some((a) => a.nullable);
const hexOf = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const unhex = (hex: string): Buffer => Buffer.from(hex, "hex");

/** Bytes that a value may have when it is decompressed. */
const LARGEST = 64 * 1024 * 1024;

type Way = (data: Uint8Array, level: number | null) => Uint8Array;
const METHODS: Record<string, { compress: Way; decompress: Way }> = {
  SNAPPY: { compress: (data) => compressSnappy(data), decompress: (data) => decompressSnappy(data, LARGEST) },
  ZLIB: {
    compress: (data, level) => deflateSync(data, level === null ? {} : { level: Math.min(level, 9) }),
    decompress: (data) => inflateSync(data, { maxOutputLength: LARGEST }),
  },
  ZSTD: {
    compress: (data, level) =>
      zstdCompressSync(
        data,
        level === null ? {} : { params: { [zlib.ZSTD_c_compressionLevel]: Math.min(level, 22) } },
      ),
    decompress: (data) => zstdDecompressSync(data, { maxOutputLength: LARGEST }),
  },
};

/** `ZLIB`, `zlib(1)`: the method and its level; 0 is the method's own. */
function methodOf(given: Typed): { name: string; level: number | null } {
  const match = /^\s*([a-z0-9]+)\s*(?:\(\s*([0-9]+)\s*\))?\s*$/i.exec(given.constant?.value ?? "");
  const name = match?.[1]?.toUpperCase() ?? "";
  if (name === "BZ2") throw errors.unsupported("compression method BZ2");
  if (!METHODS[name]) throw errors.invalidValue(given.constant?.value ?? given.sql, "compression method");
  const level = Number(match?.[2] ?? 0);
  return { name, level: level === 0 ? null : level };
}

/** A function from hex to hex; what it cannot read is Snowflake's error. */
const guarded = (
  name: string,
  arity: number,
  [code, sqlState, what]: [code: string, sqlState: string, what: string],
  call: (...args: string[]) => string,
): NativeFunction => ({
  name,
  arity,
  call: (...args) => {
    try {
      return call(...args);
    } catch {
      throw new Error(raised(code, sqlState, what));
    }
  },
});

function compression(c: CallContext, a: Typed[], way: "compress" | "decompress"): string {
  const { name, level } = methodOf(a[1]!);
  const own = way === "compress" && level !== null ? `_${level}` : "";
  const fn = guarded(
    `firn_${way}_${name.toLowerCase()}${own}`,
    1,
    ["100134", "22000", `Decompression failed: the value is no ${name} data`],
    (hex) => hexOf(METHODS[name]![way](unhex(hex), level)),
  );
  needNative(c.env, [fn]);
  return `unhex(${fn.name}(hex(${bytes(a[0]!)})))`;
}

define("string", "COMPRESS", ["text", "text"], (a, c) =>
  typed(compression(c, a, "compress"), BINARY, any(a)),
);
define("string", "DECOMPRESS_BINARY", ["binary", "text"], (a, c) =>
  typed(compression(c, a, "decompress"), BINARY, any(a)),
);
define("string", "DECOMPRESS_STRING", ["binary", "text"], (a, c) =>
  text(`decode(${compression(c, a, "decompress")})`, any(a)),
);

const SALT = 16;
const NONCE = 12;
const TAG = 16;
const keys = new Map<string, Buffer>();

/** The key of a passphrase and a salt. The last few are kept: a key takes long to derive. */
function keyOf(passphrase: string, salt: Buffer): Buffer {
  const name = `${salt.toString("hex")} ${passphrase}`;
  const key = keys.get(name) ?? pbkdf2Sync(Buffer.from(passphrase, "hex"), salt, 1000, 32, "sha256");
  keys.set(name, key);
  if (keys.size > 100) keys.delete(keys.keys().next().value!);
  return key;
}

let ownSalt: Buffer | undefined;

/** AES-256 in GCM: salt, nonce, tag, ciphertext. All arguments and the answer are hex. */
function encrypt(value: string, passphrase: string, aad: string): string {
  ownSalt ??= randomBytes(SALT);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", keyOf(passphrase, ownSalt), nonce);
  cipher.setAAD(unhex(aad));
  const body = Buffer.concat([cipher.update(unhex(value)), cipher.final()]);
  return hexOf(Buffer.concat([ownSalt, nonce, cipher.getAuthTag(), body]));
}

function decrypt(value: string, passphrase: string, aad: string): string {
  const all = unhex(value);
  const salt = all.subarray(0, SALT);
  const nonce = all.subarray(SALT, SALT + NONCE);
  const decipher = createDecipheriv("aes-256-gcm", keyOf(passphrase, salt), nonce);
  decipher.setAAD(unhex(aad));
  decipher.setAuthTag(all.subarray(SALT + NONCE, SALT + NONCE + TAG));
  return hexOf(Buffer.concat([decipher.update(all.subarray(SALT + NONCE + TAG)), decipher.final()]));
}

const ENCRYPT = guarded("firn_encrypt", 3, ["100311", "22023", "Encryption failed"], encrypt);
const DECRYPT = guarded(
  "firn_decrypt",
  3,
  ["100311", "22023", "Decryption failed. Check encrypted data, key, AAD, or AEAD tag."],
  decrypt,
);
const TRY_DECRYPT: NativeFunction = {
  name: "firn_try_decrypt",
  arity: 3,
  call: (...args) => {
    try {
      return decrypt(args[0]!, args[1]!, args[2]!);
    } catch {
      return null;
    }
  },
};

/** (value, passphrase [, additional data [, method]]): AES-GCM, the default, alone. */
for (const [name, fn] of [
  ["ENCRYPT", ENCRYPT],
  ["DECRYPT", DECRYPT],
  ["TRY_DECRYPT", TRY_DECRYPT],
] as const)
  define(
    "string",
    name,
    [name === "ENCRYPT" ? "text" : "binary", "text", "text", "text"],
    (a, { env }) => {
      const method = a[3]?.constant?.value.toUpperCase().replace("/PAD:NONE", "");
      if (a[3] && method !== "AES-GCM")
        throw errors.unsupported(`encryption method ${a[3].constant?.value ?? ""}`);
      needNative(env, [fn]);
      const aad = a[2] && !a[2].isNull ? `coalesce(hex(${bytes(a[2])}), '')` : "''";
      return typed(`unhex(${fn.name}(hex(${bytes(a[0]!)}), hex(${bytes(a[1]!)}), ${aad}))`, BINARY);
    },
    {
      min: 2,
      approximate: "the ciphertext is in a form of its own: only this account reads what it encrypted",
    },
  );
