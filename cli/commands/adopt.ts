import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import type { AdoptedDefinitions } from "../../infra/adopted/definitions.ts";
import { adoptedFile, printAdopted, readAdopted } from "../../infra/adopted/read.ts";
import { declaredObjects } from "../../infra/declared-objects.ts";
import { Problems } from "../../infra/errors.ts";
import { loadPlatform } from "../../infra/load.ts";
import { importFile } from "../../pipelines/operations/adopt/import-file.ts";
import { findOnAccount } from "../../pipelines/operations/adopt/on-account.ts";
import { ADOPTED_KINDS, readDefinitions } from "../../pipelines/operations/adopt/read-definitions.ts";
import { takeInventory } from "../../pipelines/operations/inventory/look-up.ts";
import { previewSteps, writeImportFile } from "../embedded/adoption.ts";
import { adoptionEngine } from "../embedded/adoption-engine.ts";
import { importAndSettle } from "../embedded/import-and-settle.ts";
import type { PulumiEnvironment } from "../embedded/pulumi.ts";
import { type Operation, operate } from "../operate.ts";
import { globalOptions, openProject, type Project } from "../project.ts";
import { renderTable } from "../table.ts";

/** `firn adopt`: takes over what is on the account already: definitions, a Pulumi import file, and the import itself. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description(
      "take over what is on the account already: writes definitions of what nobody declares, and the file for `pulumi import`",
    )
    .option("--declared-only", "leave what nobody declares as it is")
    .option("--import", "import it too, and show what a preview then has left")
    .action(async (options: { declaredOnly?: boolean; import?: boolean }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      // First, since it may start the local account again.
      const environment = await adoptionEngine(project);
      await operate(project, {}, async (operation) => {
        const answer = await adopt(project, environment, operation, options);
        if (json) console.log(JSON.stringify({ ok: true, ...answer }));
        else print(project, answer);
      });
    });
}

type Answer = Awaited<ReturnType<typeof adopt>>;

async function adopt(
  project: Project,
  environment: PulumiEnvironment,
  operation: Operation,
  options: { declaredOnly?: boolean; import?: boolean },
) {
  const { client, report, signal } = operation;
  const running = { report, signal };
  report({ detail: "listing the account's objects" });
  const before = await takeInventory(declaredObjects(operation.platform), client);
  const taken = options.declaredOnly
    ? { definitions: undefined, left: [] }
    : await readDefinitions(before.foreign, await currentUser(operation), client, running);
  const definitions = taken.definitions === undefined ? 0 : writeDefinitions(project, taken.definitions);
  // What was written is declared from now on.
  const platform =
    definitions === 0 ? operation.platform : loadPlatform({ root: project.root, stack: project.stack });
  const inventory = definitions === 0 ? before : await takeInventory(declaredObjects(platform), client);
  report({ detail: "asking the engine what it would create" });
  const planned = await previewSteps(project, environment);
  const { ids, inEffect } = await findOnAccount(planned, platform, inventory, client, randomUUID, running);
  const { loader, transformer, alerter, activator } = platform.automation;
  const file = importFile({
    planned,
    idOf: ({ urn }) => ids.get(urn),
    // The engine learns these roles from grants that it has not seen yet.
    knownInputs: Object.fromEntries(
      [loader, transformer, alerter, activator].map((role) => [role.toLowerCase(), { role }]),
    ),
  });
  const path = writeImportFile(project, file);
  const imports = file.resources.filter((one) => one.component !== true);
  const after = options.import
    ? await importAndSettle({ project, environment, platform, path, planned, ids, inEffect, report, signal })
    : undefined;
  return {
    definitions,
    definitionsFile: definitions > 0 ? adoptedFile(project.stack) : undefined,
    importFile: path,
    imports: countBy(imports.map((one) => one.type.split(":").at(-1)!)),
    statements: inEffect.size,
    leftAlone: taken.left,
    notTakenOver: Object.fromEntries(
      Object.entries(inventory.foreign).map(([kind, names]) => [kind, names.length]),
    ),
    ...(after === undefined ? {} : { after }),
  };
}

async function currentUser({ client }: Operation): Promise<string> {
  const { rows } = await client.query("SELECT CURRENT_USER()");
  return String(rows[0]?.[0]);
}

/** Adds to the stack's file what it does not have yet; returns how many objects that are. */
function writeDefinitions(project: Project, found: AdoptedDefinitions): number {
  const file = adoptedFile(project.stack);
  const path = join(project.root, file);
  const problems = new Problems();
  const known = existsSync(path) ? readAdopted(file, readFileSync(path, "utf8"), problems) : undefined;
  problems.throwIfAny();
  const { schemas, ...others } = found;
  const count =
    Object.values(others).reduce((sum, kind) => sum + Object.keys(kind).length, 0) +
    Object.values(schemas).reduce((sum, one) => sum + Object.keys(one).length, 0);
  if (count === 0) return 0;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, printAdopted(known === undefined ? found : merged(known, found)));
  return count;
}

/** What is there already stays as people wrote it. */
function merged(known: AdoptedDefinitions, found: AdoptedDefinitions): AdoptedDefinitions {
  const databases = [...new Set([...Object.keys(known.schemas), ...Object.keys(found.schemas)])];
  return {
    warehouses: { ...found.warehouses, ...known.warehouses },
    monitors: { ...found.monitors, ...known.monitors },
    databases: { ...found.databases, ...known.databases },
    schemas: Object.fromEntries(
      databases.map((name) => [name, { ...found.schemas[name], ...known.schemas[name] }]),
    ),
    roles: { ...found.roles, ...known.roles },
    users: { ...found.users, ...known.users },
  };
}

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

function print(project: Project, answer: Answer): void {
  if (answer.definitionsFile !== undefined)
    console.log(
      `${pc.green("✔")} ${answer.definitions} objects that nobody declared: ${answer.definitionsFile}`,
    );
  const rows = Object.entries(answer.imports);
  if (rows.length === 0) console.log("Nothing that the program declares is missing from the engine's state.");
  else {
    console.log(renderTable(["TO IMPORT", "COUNT"], rows));
    console.log(`${pc.green("✔")} ${answer.importFile}, for \`pulumi import --file\``);
  }
  for (const { what, because } of answer.leftAlone) console.log(pc.dim(`left as it is: ${what}: ${because}`));
  const others = Object.entries(answer.notTakenOver).filter(
    ([kind]) => !(ADOPTED_KINDS as readonly string[]).includes(kind),
  );
  if (others.length > 0)
    console.log(pc.dim(`not taken over: ${others.map(([kind, count]) => `${count} ${kind}`).join(", ")}`));
  const { after } = answer;
  if (after === undefined) {
    if (rows.length > 0)
      console.log(
        `\nNext: npx firn --stack ${project.stack} adopt --import, which changes the engine's state alone.`,
      );
    return;
  }
  if (after.length === 0) {
    console.log(`${pc.green("✔")} imported; a preview shows no change`);
    return;
  }
  console.log("\nImported. What a preview has left to do:");
  console.log(
    renderTable(
      ["OPERATION", "TYPE", "NAME"],
      after.map((one) => [one.op, one.type, one.name]),
    ),
  );
}
