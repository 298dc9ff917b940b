import fc from "fast-check";
import { type Figure, given, numberOf } from "../../../cost/figure.ts";
import { kmsCost, mskServerless, s3Puts, s3Retrieval, s3Storage } from "../../../cost/formulas/aws.ts";
import { classicStreamingCredits, ingestCredits } from "../../../cost/formulas/ingest.ts";
import {
  cloudServicesBilled,
  type ServerlessTask,
  serverlessTaskExpected,
  serverlessTaskMaximum,
} from "../../../cost/formulas/services.ts";
import { storageCost } from "../../../cost/formulas/storage.ts";
import { loadPriceBook } from "../../../cost/price-book.ts";

const book = loadPriceBook();
const TEST = { kind: "assumption", title: "test" } as const;
const figure = (number: number, unit = ""): Figure => given("x", number, unit, TEST);
const here = { region: "us-east-1" };

describe("cloud services", () => {
  test("cost only what exceeds 10 % of the same day's warehouse credits", () => {
    const days = [
      { warehouse: 100, cloudServices: 12 },
      { warehouse: 100, cloudServices: 3 },
      { warehouse: 0, cloudServices: 1 },
    ];
    expect(numberOf(cloudServicesBilled(book, "cs", days, TEST))).toBeCloseTo(3, 10);
  });
});

describe("a serverless task", () => {
  const task = (over: Partial<ServerlessTask> = {}): ServerlessTask => ({
    name: "T",
    schedule: "fixed",
    maximumSize: "SMALL",
    timeout: figure(600),
    overlapping: false,
    ...over,
  });

  test("is capped by runs × timeout at its maximum size", () => {
    expect(numberOf(serverlessTaskMaximum(book, task(), 720))).toBeCloseTo(0.9 * 2 * 120, 10);
  });

  test("runs at most the month where runs do not overlap, and longer where they do", () => {
    expect(numberOf(serverlessTaskMaximum(book, task({ timeout: figure(36_000) }), 720))).toBeCloseTo(
      0.9 * 2 * 744,
      8,
    );
    expect(
      numberOf(serverlessTaskMaximum(book, task({ timeout: figure(36_000), overlapping: true }), 720)),
    ).toBeCloseTo(0.9 * 2 * 7200, 8);
  });

  test("that nobody configured can reach an XXLARGE around the clock", () => {
    expect(
      numberOf(serverlessTaskMaximum(book, task({ maximumSize: null, timeout: figure(3600) }), 744)),
    ).toBeCloseTo(0.9 * 32 * 744, 8);
  });

  test("on a flexible schedule costs 0.5 instead of 0.9", () => {
    expect(numberOf(serverlessTaskMaximum(book, task({ schedule: "flexible" }), 720))).toBeCloseTo(
      0.5 * 2 * 120,
      10,
    );
  });

  test("is never expected above its maximum", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 100_000 }),
        (runs, averageSeconds) => {
          const maximum = serverlessTaskMaximum(book, task(), 720);
          const expected = serverlessTaskExpected(
            book,
            task(),
            { runs, averageSeconds, averageSize: "LARGE", source: TEST },
            maximum,
          );
          return (numberOf(expected) ?? 0) <= (numberOf(maximum) ?? -1);
        },
      ),
      { seed: 4 },
    );
  });
});

test("100 GB through a pipe cost 0.37 credits", () => {
  expect(numberOf(ingestCredits(book, "pipe", "p", figure(100, "GB")))).toBeCloseTo(0.37, 10);
  expect(numberOf(ingestCredits(book, "streaming", "s", figure(100, "GB")))).toBeCloseTo(0.37, 10);
});

test("classic streaming costs compute hours and 0.01 per client hour", () => {
  expect(numberOf(classicStreamingCredits(book, "s", figure(10), figure(744)))).toBeCloseTo(17.44, 10);
});

test("storage counts Time Travel and fail-safe by the share that changes, transient tables without fail-safe", () => {
  const table = {
    name: "T",
    terabytes: figure(2),
    churnPerDay: figure(0.05),
    retentionDays: 30,
    transient: false,
  };
  expect(numberOf(storageCost(book, table, here))).toBeCloseTo(2 * (1 + 0.05 * 37) * 23, 10);
  expect(numberOf(storageCost(book, { ...table, transient: true }, here))).toBeCloseTo(
    2 * (1 + 0.05 * 30) * 23,
    10,
  );
  expect(storageCost(book, table, { region: "mx-central-1" }).value.kind).toBe("no-price");
});

describe("AWS", () => {
  test("S3 Standard is charged tier by tier", () => {
    expect(numberOf(s3Storage(book, "STANDARD", figure(60_000), here))).toBeCloseTo(
      51_200 * 0.023 + 8_800 * 0.022,
      6,
    );
    expect(numberOf(s3Storage(book, "STANDARD", figure(600_000), here))).toBeCloseTo(
      51_200 * 0.023 + 460_800 * 0.022 + 88_000 * 0.021,
      6,
    );
  });

  test("S3 grows with what it holds", () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.nat(100_000), (gb, more) => {
        const at = (amount: number) => numberOf(s3Storage(book, "STANDARD", figure(amount), here)) ?? -1;
        return at(gb + more) >= at(gb);
      }),
      { seed: 5 },
    );
  });

  test("PUTs, KMS and MSK Serverless follow their list prices", () => {
    expect(numberOf(s3Puts(book, "STANDARD_IA", figure(2000), here))).toBeCloseTo(0.02, 10);
    expect(numberOf(kmsCost(book, figure(2), figure(20_000), here))).toBeCloseTo(2.06, 10);
    const month = {
      hours: figure(744),
      partitions: figure(100),
      gbIn: figure(10),
      gbOut: figure(20),
      gbHeld: figure(30),
      connectHours: figure(744),
    };
    expect(mskServerless(book, month, here).map(numberOf)).toEqual([
      0.75 * 744,
      expect.closeTo(0.0015 * 100 * 744, 8),
      1,
      1,
      3,
      expect.closeTo(0.11 * 744, 8),
    ]);
  });

  test("an archive read back has no price, since the book has none", () => {
    expect(s3Retrieval("GLACIER", figure(5)).value.kind).toBe("no-price");
    expect(numberOf(s3Retrieval("GLACIER", figure(0)))).toBe(0);
  });
});
