import { join } from "node:path";
import type { World } from "../../local/data/generate.ts";
import { Crm } from "../../local/flows/crm.ts";
import type { Project } from "../project.ts";

/** The file that holds what was written to the generated CRM. */
export const crmFile = (project: Project): string => join(project.dataDir, "crm.json");

/** The generated CRM as of the end of a landed day. */
export function openCrm(project: Project, world: World, day: number): Crm {
  let accounts: Map<string, boolean> | undefined;
  return new Crm(crmFile(project), (object, id) => {
    accounts ??= new Map(
      [...world.day(day).rows("salesforce_account")].map((row) => [
        String(row["Id"]),
        row["IsDeleted"] === true,
      ]),
    );
    const deleted = object === "Account" ? accounts.get(id) : undefined;
    return deleted === undefined ? undefined : { deleted };
  });
}
