import { renderVariant } from "../../../../local/account/results/render-variant.ts";
import { decodeValue, encoderFor, secondsText } from "../../../../local/account/results/row-encoding.ts";
import type { Value } from "../../../../local/account/session/outcome.ts";
import type { DataType } from "../../../../local/account/types/data-type.ts";

const NTZ: DataType = { kind: "TIMESTAMP_NTZ", scale: 9 };

test.each<[DataType, Exclude<Value, null>, string]>([
  [{ kind: "NUMBER", precision: 38, scale: 0 }, 12345678901234567890n, "12345678901234567890"],
  [{ kind: "NUMBER", precision: 10, scale: 2 }, "1.50", "1.50"],
  [{ kind: "FLOAT" }, 1.5, "1.5"],
  [{ kind: "FLOAT" }, Number.POSITIVE_INFINITY, "inf"],
  [{ kind: "BOOLEAN" }, true, "1"],
  [{ kind: "BINARY", length: 10 }, new Uint8Array([1, 171]), "01AB"],
  [{ kind: "DATE" }, 20000, "20000"],
  [{ kind: "TIME", scale: 3 }, 3_723_500_000_000n, "3723.500"],
  [NTZ, 1_500_000_001n, "1.500000001"],
  [NTZ, -1_500_000_000n, "-1.500000000"],
  [{ kind: "TIMESTAMP_TZ", scale: 0 }, { epochNanos: 60_000_000_000n, offsetMinutes: -60 }, "60 1380"],
])("%p %p goes over the wire as %p and comes back", (type, value, text) => {
  expect(encoderFor(type, { jsonIndent: 2 })(value)).toBe(text);
  const back = decodeValue(text, type);
  if (type.kind !== "NUMBER") expect(back).toEqual(value);
});

test("seconds without a fraction have no dot", () => {
  expect(secondsText(-999n, 0)).toBe("0");
  expect(secondsText(2_000_000_000n, 0)).toBe("2");
});

test("VARIANT is displayed with sorted keys, indented, its numbers untouched", () => {
  expect(renderVariant('{"b":[1,{"z":null,"a":"x\\"y"}],"a":12345678901234567890.10,"e":{},"f":[]}', 2)).toBe(
    `{
  "a": 12345678901234567890.1,
  "b": [
    1,
    {
      "a": "x\\"y",
      "z": null
    }
  ],
  "e": {},
  "f": []
}`,
  );
  expect(renderVariant('{"b": 1, "a": [ 2 ]}', 0)).toBe('{"a":[2],"b":1}');
  expect(renderVariant('"text"', 2)).toBe('"text"');
});
