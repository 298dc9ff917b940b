import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileSample, ROOT, sampleText, stackConfig } from "../../infra/sample.ts";

const reports = ["access_change", "log_in", "personal_read"].map((name) => ({
  path: `sql/ops/audit/${name}.sql`,
  text: readFileSync(join(ROOT, `sql/ops/audit/${name}.sql`), "utf8"),
}));
const viewsIn = (edition: string) =>
  compileSample(
    reports,
    stackConfig(sampleText().replace("firn:edition: enterprise", `firn:edition: ${edition}`)),
  )
    .views.filter((view) => view.asAccount === true)
    .map((view) => view.logical)
    .sort();

test("the standard edition keeps no history of reads, so it has no report of them", () => {
  expect(viewsIn("enterprise")).toContain("ops.audit.personal_read");
  expect(viewsIn("standard")).toEqual(["ops.audit.access_change", "ops.audit.log_in"]);
});

test("only the auditor reads them: whoever looks after data quality does not", () => {
  const { grants, roleGrants } = compileSample(reports);
  expect(grants.some((grant) => grant.role === "OPS_AUDIT_READ")).toBe(true);
  const holders = roleGrants.filter((grant) => grant.role === "OPS_AUDIT_READ");
  expect(holders.map((grant) => grant.to)).toEqual([{ role: "AUDITOR" }]);
});
