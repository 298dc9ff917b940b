import { Command } from "commander";
import pc from "picocolors";
import { declaredObjects, OBJECT_KINDS } from "../../infra/declared-objects.ts";
import { takeInventory } from "../../pipelines/operations/inventory/look-up.ts";
import { operate } from "../operate.ts";
import { globalOptions, openProject } from "../project.ts";
import { renderTable } from "../table.ts";

/** `firn inventory`: what the account holds beside what the program declares. Changes nothing. */
export function inventoryCommand(): Command {
  return new Command("inventory")
    .description(
      "compare the account with the declarations: what is there, what is missing, what nobody declared",
    )
    .action(async (_options: unknown, command: Command) => {
      const { stack, json } = globalOptions(command);
      await operate(openProject(stack), {}, async ({ platform, client, report }) => {
        report({ detail: "listing the account's objects" });
        const { found, missing, foreign } = await takeInventory(declaredObjects(platform), client);
        if (json)
          return console.log(
            JSON.stringify({
              ok: true,
              found: found.map(({ kind, name, type, key, id }) => ({ kind, name, type, key, id })),
              missing: missing.map(({ kind, name }) => ({ kind, name })),
              undeclared: foreign,
            }),
          );
        const count = (all: readonly { kind: string }[], kind: string) =>
          all.filter((one) => one.kind === kind).length;
        const rows = OBJECT_KINDS.map((kind) => [
          kind,
          count(found, kind),
          count(missing, kind),
          foreign[kind]?.length ?? 0,
        ]).filter(([, ...counts]) => counts.some((n) => n !== 0));
        console.log(renderTable(["KIND", "DECLARED AND THERE", "MISSING", "NOT DECLARED"], rows));
        const list = (what: string, names: readonly string[]) => {
          const more = names.length > 10 ? `, and ${names.length - 10} more (--json lists all)` : "";
          console.log(pc.dim(`${what}: ${names.slice(0, 10).join(", ")}${more}`));
        };
        for (const kind of OBJECT_KINDS) {
          const lacking = missing.filter((one) => one.kind === kind).map((one) => one.name);
          if (lacking.length > 0) list(`missing ${kind}`, lacking);
          if (foreign[kind] !== undefined) list(`not declared ${kind}`, foreign[kind]);
        }
      });
    });
}
