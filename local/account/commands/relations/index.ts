import { registerCatalogFunctions } from "./functions.ts";
import { registerReferences } from "./references.ts";

/** Registers what queries read of the catalogue: INFORMATION_SCHEMA, ACCOUNT_USAGE, functions. */
export function registerCatalogRelations(): void {
  registerReferences();
  registerCatalogFunctions();
}
