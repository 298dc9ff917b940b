/**
 * How long a review takes: `node bench/review.ts [stack]`. Warm means that both platforms are cached by their content; the
 * target is 3 seconds on 2 cores for the whole command, with compiling. The rest is pure and timed apart.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { forecast } from "../cost/forecast/forecast.ts";
import { loadPriceBook } from "../cost/price-book.ts";
import { loadUsage } from "../cost/usage.ts";
import type { Platform } from "../infra/platform.ts";
import { renderReview } from "../review/render.ts";
import { reviewPlatform } from "../review/review.ts";
import { loadRevision, loadWorkingTree } from "../review/revision/load.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const stack = process.argv[2] ?? "prod";
const TARGET = 3000;

async function timed<T>(name: string, work: () => T | Promise<T>, note = ""): Promise<T> {
  const start = performance.now();
  const result = await work();
  console.log(`${name.padEnd(52)} ${(performance.now() - start).toFixed(0).padStart(7)} ms  ${note}`);
  return result;
}

/** The platform as often again, under other names, until it has about so many resources. */
function enlarged(platform: Platform, resources: number): Platform {
  const lists = Object.entries(platform).filter(([, value]) => Array.isArray(value)) as [
    keyof Platform,
    { key?: string; logical?: string; name?: unknown }[],
  ][];
  const size = lists.reduce((total, [, list]) => total + list.length, 0);
  const copies = Math.max(1, Math.ceil(resources / size));
  const copy = (entry: object, index: number): object =>
    index === 0
      ? entry
      : (JSON.parse(JSON.stringify(entry).replaceAll(/"(core|mart|ops|raw)\./g, `"$1.c${index}_`)) as object);
  return {
    ...platform,
    ...Object.fromEntries(
      lists.map(([name, list]) => [
        name,
        name === "warehouses" || name === "monitors"
          ? list
          : Array.from({ length: copies }, (_, index) => list.map((entry) => copy(entry, index))).flat(),
      ]),
    ),
  } as Platform;
}

const cacheDir = mkdtempSync(join(tmpdir(), "firn-bench-"));
try {
  await timed("compile the base revision, cold, in a process", () =>
    loadRevision({ root, stack, ref: "HEAD", cacheDir }),
  );
  const base = await timed("the base revision again, from the cache", () =>
    loadRevision({ root, stack, ref: "HEAD", cacheDir }),
  );
  const head = await timed("compile the working tree, in this process", () =>
    loadWorkingTree(root, stack, cacheDir),
  );
  await timed("the working tree again, from the cache", () => loadWorkingTree(root, stack, cacheDir));
  const book = loadPriceBook();
  const usage = loadUsage(stack);
  const review = await timed("review", () =>
    reviewPlatform({ base: base.platform, head: head.platform, book, usage }),
  );
  await timed("render terminal, Markdown, HTML, JSON", () =>
    (["text", "md", "html", "json"] as const).map((format) => renderReview(review, format)),
  );
  const large = enlarged(head.platform, 3000);
  const changed = {
    ...large,
    warehouses: large.warehouses.map((each) => ({ ...each, size: "XLARGE" as const })),
    pipes: [],
  };
  await timed("review of 3,000 resources, many of them changed", () =>
    renderReview(reviewPlatform({ base: large, head: changed, book, usage }), "html"),
  );
  await timed("forecast, 24 months in 3 cases", () => forecast(head.platform, book, usage, "2026-12-01"));
  const program = `const { runReview } = await import(${JSON.stringify(new URL("../review/run.ts", import.meta.url).href)});
    const { renderReview } = await import(${JSON.stringify(new URL("../review/render.ts", import.meta.url).href)});
    renderReview(await runReview({ root: ${JSON.stringify(root)}, stack: ${JSON.stringify(stack)}, base: "HEAD", cacheDir: ${JSON.stringify(cacheDir)}, now: new Date() }), "html");`;
  const start = performance.now();
  execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], { cwd: root });
  const whole = performance.now() - start;
  console.log(
    `${"the whole command in a process of its own, warm".padEnd(52)} ${whole.toFixed(0).padStart(7)} ms  ${(whole / TARGET).toFixed(2)} of the target (${TARGET} ms)`,
  );
} finally {
  rmSync(cacheDir, { recursive: true, force: true });
}
