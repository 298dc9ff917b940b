import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The pipeline's bench at the smallest scale: services, the program's own models, KPIs equal to the truth by row. */
describe("bench/pipeline", () => {
  const root = join(import.meta.dirname, "..", "..");
  const dir = mkdtempSync(join(tmpdir(), "firn-pipeline-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("brings events from landed files to KPIs as the generator has them, as DuckDB alone does", async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        "--no-warnings",
        join(root, "bench", "pipeline.ts"),
        ...["--events", "20000", "--days", "2", "--json", "--dir", join(dir, "run")],
      ],
      { cwd: root },
    );
    const figures = JSON.parse(stdout) as { correct: boolean; unique: number; events: number; ratio: number };
    expect(figures.correct).toBe(true);
    expect(figures.unique).toBeGreaterThan(20_000);
    expect(figures.events).toBeGreaterThan(figures.unique);
    expect(figures.ratio).toBeGreaterThan(0);
  }, 240_000);
});
