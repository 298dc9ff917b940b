import { parseName, requirePrivilege, resolveObject } from "../../access/index.ts";
import { errors } from "../../errors.ts";
import { VERSION } from "../../sql/compile/functions/context.ts";
import { registerSystemFunction } from "../../sql/index.ts";
import { varchar } from "../../types/data-type.ts";
import { changeCatalog, updateProps } from "../objects.ts";
import { enableTaskDependents } from "../tasks.ts";
import { getDdl } from "./get-ddl.ts";
import { effectiveTags, taggedObject } from "./references.ts";

function nameOf(given: string | null | undefined, what: string): string[] {
  const parts = parseName(given ?? "");
  if (!parts) throw errors.invalidValue(given ?? "", what);
  return parts;
}

/** Functions that read or change the catalogue. Source: "System functions", "GET_DDL". */
export function registerCatalogFunctions(): void {
  const text = varchar();
  registerSystemFunction({
    name: "SYSTEM$GET_TAG",
    returns: text,
    call(ctx, [tagName, objectName, domain]) {
      const tag = resolveObject(ctx, "TAG", nameOf(tagName, "tag"));
      const { object, column } = taggedObject(ctx, nameOf(objectName, "object"), domain ?? "");
      return effectiveTags(ctx, object, column).find((r) => r.tag.id === tag.id)?.value ?? null;
    },
  });
  // Source: "SYSTEM$GET_TAG_ON_CURRENT_COLUMN", "SYSTEM$GET_TAG_ON_CURRENT_TABLE": in the body of a policy.
  for (const where of ["COLUMN", "TABLE"] as const)
    registerSystemFunction({
      name: `SYSTEM$GET_TAG_ON_CURRENT_${where}`,
      returns: text,
      call(ctx, [tagName]) {
        const tag = resolveObject(ctx, "TAG", nameOf(tagName, "tag"));
        const { governs } = ctx;
        const object = governs && ctx.services.catalog.get(governs.objectId);
        if (!object || (where === "COLUMN" && governs.column === null))
          throw errors.unsupported(
            `SYSTEM$GET_TAG_ON_CURRENT_${where} outside of a policy on a ${where.toLowerCase()}`,
          );
        const column = where === "COLUMN" ? governs.column : null;
        return effectiveTags(ctx, object, column).find((r) => r.tag.id === tag.id)?.value ?? null;
      },
    });
  registerSystemFunction({
    name: "SYSTEM$GET_TAG_ALLOWED_VALUES",
    returns: text,
    call(ctx, [tagName]) {
      const { allowedValues } = resolveObject(ctx, "TAG", nameOf(tagName, "tag")).props;
      return allowedValues === null ? null : JSON.stringify(allowedValues);
    },
  });
  registerSystemFunction({
    name: "SYSTEM$TASK_DEPENDENTS_ENABLE",
    returns: text,
    async call(ctx, [name]) {
      await enableTaskDependents(ctx, nameOf(name, "task"));
      return "Statement executed successfully.";
    },
  });
  registerSystemFunction({
    name: "SYSTEM$PIPE_FORCE_RESUME",
    returns: text,
    async call(ctx, [name]) {
      const pipe = resolveObject(ctx, "PIPE", nameOf(name, "pipe"));
      requirePrivilege(ctx, "OPERATE", pipe);
      await changeCatalog(ctx, (change) => void updateProps(change, pipe, { paused: false }));
      ctx.services.runtime.ingest.pipeChanged(pipe.id);
      return "Statement executed successfully.";
    },
  });
  registerSystemFunction({
    name: "SYSTEM$SHOW_ACTIVE_BEHAVIOR_CHANGE_BUNDLES",
    returns: text,
    call: () => "[]",
  });
  registerSystemFunction({
    name: "SYSTEM$BEHAVIOR_CHANGE_BUNDLE_STATUS",
    returns: text,
    call: () => "RELEASED",
  });
  registerSystemFunction({
    name: "SYSTEM$BOOTSTRAP_DATA_REQUEST",
    returns: text,
    call(ctx, [what]) {
      const { identity } = ctx.services;
      if ((what ?? "").toUpperCase() !== "ACCOUNT")
        throw errors.unsupported(`SYSTEM$BOOTSTRAP_DATA_REQUEST('${what}')`);
      return JSON.stringify({
        serverVersion: VERSION,
        accountInfo: {
          accountName: identity.name,
          organizationName: identity.organization,
          accountLocator: identity.locator,
          region: identity.region,
          serviceLevelName: "ENTERPRISE",
        },
      });
    },
  });
  registerSystemFunction({
    name: "GET_DDL",
    returns: text,
    call: (ctx, [kind, name, qualified]) => getDdl(ctx, kind ?? "", name ?? "", qualified === "true"),
  });
}
