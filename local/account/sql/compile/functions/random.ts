import { type DataType, number, varchar } from "../../../types/data-type.ts";
import { needNative } from "../native.ts";
import { type Typed, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** Made-up data. Source: Snowflake documentation, "Data generation functions". */
const FLOAT: DataType = { kind: "FLOAT" };
type NumberType = Extract<DataType, { kind: "NUMBER" }>;

/** A whole number of 64 bits; with a seed the same ones in each run, one a row. */
define(
  "numeric",
  "RANDOM",
  // A seed may have 64 bits, more than an integer argument's 18 digits.
  ["number"],
  (a) => {
    const seeded = a[0] && `CAST(hash(${a[0].sql}, row_number() OVER ()) AS HUGEINT)`;
    return typed(
      seeded
        ? `(${seeded} - 9223372036854775808)`
        : "CAST((random() - 0.5) * 18446744073709551615 AS HUGEINT)",
      number(19),
      false,
    );
  },
  { min: 0 },
);

/** The generator's value as a number in [0, 1): a constant generator gives a constant. */
const unit = (generator: Typed, salt = 0): string =>
  `(CAST(hash(${generator.sql}, ${salt}) AS DOUBLE) / 18446744073709551616.0)`;

define("numeric", "UNIFORM", ["number", "number", "any"], (a) => {
  const [lo, hi, generator] = a as [Typed, Typed, Typed];
  const whole = [lo, hi].every((t) => t.type.kind === "NUMBER" && (t.type as NumberType).scale === 0);
  if (!whole)
    return typed(
      `(CAST(${lo.sql} AS DOUBLE) + ${unit(generator)} * CAST(${hi.sql} - ${lo.sql} AS DOUBLE))`,
      FLOAT,
      false,
    );
  return typed(
    `(${lo.sql} + CAST(floor(${unit(generator)} * (${hi.sql} - ${lo.sql} + 1)) AS BIGINT))`,
    number(18),
    false,
  );
});

define("numeric", "NORMAL", ["float", "float", "any"], (a) =>
  typed(
    `(${a[0]!.sql} + ${a[1]!.sql} * sqrt(-2 * ln(1 - ${unit(a[2]!)})) * cos(2 * pi() * ${unit(a[2]!, 1)}))`,
    FLOAT,
    false,
  ),
);

/** The k of N elements is drawn in proportion to 1 / k^s. */
define("numeric", "ZIPF", ["float", "integer", "any"], (a) => {
  const [s, n, generator] = a as [Typed, Typed, Typed];
  const weights = `list_transform(range(1, ${n.sql} + 1), lambda k: 1 / power(k, ${s.sql}))`;
  const sums = `list_transform(range(1, ${n.sql} + 1), lambda k: list_sum(list_slice(${weights}, 1, k)))`;
  const drawn = `${unit(generator)} * list_sum(${weights})`;
  return typed(
    `CAST(least(${n.sql}, 1 + len(list_filter(${sums}, lambda w: w <= ${drawn}))) AS BIGINT)`,
    number(18),
    false,
  );
});

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Letters and digits drawn by a congruential generator (the multiplier of MMIX). */
function randomText(length: string, seed: string): string {
  let state = BigInt(seed);
  let text = "";
  for (let i = Number(length); i > 0; i--) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    text += LETTERS[Number((state >> 33n) % 62n)];
  }
  return text;
}

define("numeric", "RANDSTR", ["integer", "any"], (a, { env }) => {
  needNative(env, [{ name: "firn_randstr", arity: 2, call: randomText }]);
  const length = a[0]!.constant ? Number(a[0]!.constant.value) : undefined;
  return typed(
    `firn_randstr(CAST(${a[0]!.sql} AS VARCHAR), CAST(hash(${a[1]!.sql}) AS VARCHAR))`,
    varchar(length && length > 0 ? length : undefined),
    false,
  );
});

for (const width of [1, 2, 4, 8])
  define(
    "numeric",
    `SEQ${width}`,
    ["integer"],
    () => typed("(row_number() OVER () - 1)", number(18), false),
    { min: 0 },
  );
