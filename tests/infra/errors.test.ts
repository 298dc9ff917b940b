import { didYouMean, FirnError, formatProblem, nearest, Problems } from "../../infra/errors.ts";

test("a problem is one line: place, key, what is wrong, given, allowed, what to do", () => {
  expect(
    formatProblem({
      code: "CONFIG_VALUE",
      file: "Pulumi.prod.yaml",
      line: 8,
      column: 18,
      path: "firn:warehouses.transform.size",
      message: "is not possible",
      given: '"TINY"',
      allowed: "XSMALL, SMALL",
      hint: "Choose one.",
    }),
  ).toBe(
    'Pulumi.prod.yaml:8:18: firn:warehouses.transform.size: is not possible (given "TINY"; allowed: XSMALL, SMALL). Choose one.',
  );
});

test("all problems come at once, in order of file and place", () => {
  const problems = new Problems();
  problems.add({ code: "SQL_SYNTAX", file: "sql/b.sql", line: 2, column: 9, message: "second" });
  problems.add({ code: "SQL_SYNTAX", file: "sql/b.sql", line: 2, column: 1, message: "first" });
  problems.add({ code: "CONFIG_VALUE", file: "Pulumi.local.yaml", message: "zeroth" });
  const thrown = captured(() => problems.throwIfAny());
  expect(thrown.problems.map((problem) => problem.message)).toEqual(["zeroth", "first", "second"]);
  expect(thrown.code).toBe("CONFIG_VALUE");
  expect(thrown.message.split("\n")).toHaveLength(3);
});

test("no problem, no error", () => {
  expect(() => new Problems().throwIfAny()).not.toThrow();
});

describe("the nearest name", () => {
  test.each([
    ["acount", "account"],
    ["ACCOUNT", "account"],
    ["accuont", "account"],
    ["even", "event"],
  ])("%s means %s", (given, wanted) => {
    expect(nearest(given, ["event", "account", "opportunity"])).toBe(wanted);
  });

  test("nothing near is nothing", () => {
    expect(nearest("zzz", ["account", "event"])).toBeUndefined();
    expect(didYouMean("zzz", ["account"])).toBeUndefined();
    expect(nearest("a", [])).toBeUndefined();
  });
});

function captured(work: () => void): FirnError {
  try {
    work();
  } catch (error) {
    if (error instanceof FirnError) return error;
  }
  throw new Error("no FirnError was thrown");
}
