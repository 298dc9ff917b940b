import { withPaused } from "../../../pipelines/operations/pause/stack-file.ts";
import { stackText } from "../../infra/sample.ts";

test.each(["local", "prod", "full"])(
  "a source of %s is added and taken away again, all else left as it is",
  (stack) => {
    const text = stackText(stack);
    const one = withPaused(text, "salesforce", true);
    expect(one).toContain("\n  firn:paused: [salesforce]\n");
    expect(withPaused(one, "salesforce", true)).toBe(one);
    const two = withPaused(one, "product", true);
    expect(two).toContain("\n  firn:paused: [product, salesforce]\n");
    expect(two.split("\n")).toHaveLength(text.split("\n").length + 1);
    expect(withPaused(withPaused(two, "product", false), "salesforce", false)).toBe(text);
  },
);

test("a list over several lines is replaced whole", () => {
  const text = "config:\n  firn:sources: [a]\n  firn:paused:\n    - a\n    - b\n  firn:region: x\n";
  expect(withPaused(text, "b", false)).toBe(
    "config:\n  firn:sources: [a]\n  firn:paused: [a]\n  firn:region: x\n",
  );
});
