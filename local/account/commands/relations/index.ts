import { registerAccountUsage } from "./account-usage.ts";
import { registerConstraintViews } from "./constraint-views.ts";
import { registerCatalogFunctions } from "./functions.ts";
import { registerInformationSchema } from "./information-schema.ts";
import { registerReferences } from "./references.ts";
import { registerRoutineViews } from "./routine-views.ts";
import { registerTaskDependents } from "./task-dependents.ts";

/** Registers what queries read of the catalogue: INFORMATION_SCHEMA, ACCOUNT_USAGE, functions. */
export function registerCatalogRelations(): void {
  registerReferences();
  registerInformationSchema();
  registerConstraintViews();
  registerRoutineViews();
  registerAccountUsage();
  registerCatalogFunctions();
  registerTaskDependents();
}
