import { canonical, compareKpi } from "../../../cli/embedded/kpi-comparison.ts";

describe("canonical", () => {
  test.each([
    [null, ""],
    ["12.50", "12.5"],
    ["12.00", "12"],
    [12, "12"],
    [12n, "12"],
    ["-0.00", "0"],
    ["007", "7"],
    ["2026-03-01", "2026-03-01"],
    [new Date("2026-03-01T00:00:00Z"), "2026-03-01"],
    ["100", "100"],
  ])("%p is written %p", (value, text) => {
    expect(canonical(value)).toBe(text);
  });
});

describe("compareKpi", () => {
  const truth = [
    { day: "2026-03-01", events: 3 },
    { day: "2026-03-02", events: 5 },
  ];

  test("equal rows in any order are equal", () => {
    const comparison = compareKpi(
      "k",
      ["day", "events"],
      [
        ["2026-03-02", "5"],
        ["2026-03-01", "3.0"],
      ],
      truth,
    );
    expect(comparison.equal).toBe(true);
    expect(comparison.expectedRows).toBe(2);
  });

  test("a wrong number is one missing and one unexpected row", () => {
    const comparison = compareKpi(
      "k",
      ["day", "events"],
      [
        ["2026-03-02", "6"],
        ["2026-03-01", "3"],
      ],
      truth,
    );
    expect(comparison).toMatchObject({
      equal: false,
      missing: [["2026-03-02", "5"]],
      unexpected: [["2026-03-02", "6"]],
    });
  });

  test("a row that is there twice is not equal to the row once", () => {
    const rows = [
      ["2026-03-01", 3],
      ["2026-03-01", 3],
      ["2026-03-02", 5],
    ];
    expect(compareKpi("k", ["day", "events"], rows, truth).unexpected).toEqual([["2026-03-01", "3"]]);
  });
});
