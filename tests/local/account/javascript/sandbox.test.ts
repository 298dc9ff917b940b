import {
  JavascriptFunction,
  loadJavascript,
  runJavascript,
} from "../../../../local/account/javascript/sandbox.ts";

const make = async (body: string, patience?: number) =>
  new JavascriptFunction(
    await loadJavascript(),
    "F",
    `(text) => __write((${body})(...__revive(text)))`,
    patience,
  );

test("a function gets its arguments and gives its value as JSON", async () => {
  const add = await make("(a, b) => ({ sum: a + b })");
  expect(add.call("[1,2]")).toBe('{"sum":3}');
  expect(add.call('[1,{"__undefined":true}]')).toBe('{"sum":"NaN"}');
});

test("dates and bytes pass through", async () => {
  const same = await make("(d, b) => [d instanceof Date, d.getUTCFullYear(), b.length, b]");
  expect(same.call('[{"__date":"2024-05-06T00:00:00.000Z"},{"__hex":"0AFF"}]')).toBe('[true,2024,2,"0AFF"]');
});

test("a call that does not end is stopped, and the next one runs", async () => {
  const loop = await make("(n) => { while (n > 0); return n; }", 50);
  expect(() => loop.call("[1]")).toThrow("the time limit was exceeded in F");
  expect(loop.call("[0]")).toBe("0");
});

test("memory and stack are bounded", async () => {
  const greedy = await make("() => new ArrayBuffer(1e9).byteLength");
  expect(() => greedy.call("[]")).toThrow("out of memory");
  const deep = await make("function f() { return f() + 1; }");
  expect(() => deep.call("[]")).toThrow(/stack/i);
});

test("nothing of the host can be reached", async () => {
  const kinds = await make(
    "() => [typeof process, typeof require, typeof fetch, typeof setTimeout, typeof globalThis.Buffer]",
  );
  expect(kinds.call("[]")).toBe('["undefined","undefined","undefined","undefined","undefined"]');
});

test("a script waits for the host's answers as plain calls", async () => {
  const asked: string[] = [];
  const answer = await runJavascript("P", "__write([__ask('a'), __ask('b')])", {
    async __ask(text) {
      asked.push(text);
      return text.toUpperCase();
    },
  });
  expect([answer, asked]).toEqual(['["A","B"]', ["a", "b"]]);
});
