import fc from "fast-check";
import { compressSnappy, decompressSnappy } from "../../../../local/account/sql/snappy.ts";

const MOST = 1 << 20;
const bytes = (text: string) => new TextEncoder().encode(text);

test("a short text is one literal, as documented for COMPRESS", () => {
  expect(Buffer.from(compressSnappy(bytes("Snowflake"))).toString("hex")).toBe("0920536e6f77666c616b65");
});

test("whatever is compressed comes back; what repeats gets smaller", () => {
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.tuple(fc.string({ maxLength: 30 }), fc.nat(3000)).map(([text, times]) => bytes(text.repeat(times))),
  );
  fc.assert(
    fc.property(data, (input) => {
      expect(Buffer.from(decompressSnappy(compressSnappy(input), MOST))).toEqual(Buffer.from(input));
    }),
    { seed: 3, numRuns: 300 },
  );
  expect(compressSnappy(bytes("abcd".repeat(50_000))).length).toBeLessThan(20_000);
});

test("broken data throws, and never yields more than its length or the limit", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
      try {
        expect(decompressSnappy(input, MOST).length).toBeLessThanOrEqual(input.length * 64);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
    { seed: 5, numRuns: 1000 },
  );
  expect(() => decompressSnappy(compressSnappy(bytes("a".repeat(100))), 99)).toThrow(/shorter/);
});
