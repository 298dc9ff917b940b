import { hasPrivilege, isAccountAdmin, parseName, requirePrivilege, resolveObject } from "./access/index.ts";
import { errors, SnowflakeError } from "./errors.ts";
import type { RunningTask, StatementContext } from "./session/context.ts";
import { isQueryId } from "./session/query-id.ts";
import { registerSystemFunction } from "./sql/index.ts";
import { varchar } from "./types/data-type.ts";

const inTask = (ctx: StatementContext, name: string): RunningTask => {
  const task = ctx.services.runtime.schedule.taskOf(ctx.session.id);
  if (!task) throw new SnowflakeError("091091", "22000", `Function ${name} can be called only from a task.`);
  return task;
};

/** SYSTEM$ functions of running tasks, pipes and statements. Source: Snowflake documentation, "System functions". */
export function registerRuntimeFunctions(): void {
  const text = varchar();
  const bool = { kind: "BOOLEAN" } as const;

  registerSystemFunction({
    name: "SYSTEM$SET_RETURN_VALUE",
    returns: text,
    call(ctx, [value]) {
      inTask(ctx, "SYSTEM$SET_RETURN_VALUE").setReturnValue((value ?? "").slice(0, 10_000));
      return "Statement executed successfully.";
    },
  });
  registerSystemFunction({
    name: "SYSTEM$GET_PREDECESSOR_RETURN_VALUE",
    returns: text,
    call(ctx, [name]) {
      const value = inTask(ctx, "SYSTEM$GET_PREDECESSOR_RETURN_VALUE").predecessorReturnValue(name ?? null);
      if (value === undefined) throw errors.invalidValue(name ?? "", "name of a predecessor task");
      return value;
    },
  });
  registerSystemFunction({
    name: "SYSTEM$PREDECESSORS_STATE",
    returns: bool,
    call(ctx, [which]) {
      const value = inTask(ctx, "SYSTEM$PREDECESSORS_STATE").predecessorsState(which ?? "");
      if (value === null) throw errors.invalidValue(which ?? "", "condition of SYSTEM$PREDECESSORS_STATE");
      return value;
    },
  });
  registerSystemFunction({
    name: "SYSTEM$TASK_COMPLETION_STATE",
    returns: text,
    call(ctx, [name]) {
      const state = inTask(ctx, "SYSTEM$TASK_COMPLETION_STATE").completionState(name ?? "");
      if (state === undefined) throw errors.invalidValue(name ?? "", "task of the graph");
      return state;
    },
  });
  registerSystemFunction({
    name: "SYSTEM$TASK_RUNTIME_INFO",
    returns: text,
    call(ctx, [name]) {
      const value = inTask(ctx, "SYSTEM$TASK_RUNTIME_INFO").info[(name ?? "").toUpperCase()];
      if (value === undefined) throw errors.invalidValue(name ?? "", "SYSTEM$TASK_RUNTIME_INFO");
      return value;
    },
  });
  registerSystemFunction({
    name: "SYSTEM$CURRENT_USER_TASK_NAME",
    returns: text,
    call: (ctx) => inTask(ctx, "SYSTEM$CURRENT_USER_TASK_NAME").info["CURRENT_TASK_NAME"] ?? null,
  });
  registerSystemFunction({
    name: "SYSTEM$GET_TASK_GRAPH_CONFIG",
    returns: text,
    call(ctx, [path]) {
      const { config } = inTask(ctx, "SYSTEM$GET_TASK_GRAPH_CONFIG");
      if (config === null || !path) return config;
      let value: unknown = JSON.parse(config);
      for (const key of path.split("."))
        value =
          typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
      if (value === undefined) return null;
      return typeof value === "string" ? value : JSON.stringify(value);
    },
  });
  registerSystemFunction({
    name: "SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS",
    returns: text,
    call(ctx, [name]) {
      const task = resolveObject(ctx, "TASK", parseName(name ?? "") ?? []);
      requirePrivilege(ctx, ["OWNERSHIP", "OPERATE"], task);
      ctx.services.runtime.schedule.cancelTask(task.id);
      return "Statement executed successfully.";
    },
  });
  registerSystemFunction({
    name: "SYSTEM$PIPE_STATUS",
    returns: text,
    call(ctx, [name]) {
      const pipe = resolveObject(ctx, "PIPE", parseName(name ?? "") ?? []);
      requirePrivilege(ctx, ["MONITOR", "OPERATE"], pipe);
      return JSON.stringify(ctx.services.runtime.ingest.pipeStatus(pipe.id));
    },
  });
  registerSystemFunction({
    name: "SYSTEM$CANCEL_QUERY",
    returns: text,
    call(ctx, [queryId]) {
      if (!queryId || !isQueryId(queryId)) throw errors.invalidValue(queryId ?? "", "query id");
      const { statements } = ctx.services.runtime;
      const running = statements.running().find((statement) => statement.queryId === queryId);
      if (!running || !mayCancel(ctx, running)) return "Identified SQL statement is not currently executing.";
      statements.cancel(queryId);
      return `query [${queryId}] terminated.`;
    },
  });
  registerSystemFunction({
    name: "SYSTEM$CANCEL_ALL_QUERIES",
    returns: text,
    call(ctx, [sessionId]) {
      endOrCancel(ctx, sessionId ?? "", false);
      return `session [${sessionId}] cancelled.`;
    },
  });
  registerSystemFunction({
    name: "SYSTEM$ABORT_SESSION",
    returns: text,
    call(ctx, [sessionId]) {
      endOrCancel(ctx, sessionId ?? "", true);
      return `session [${sessionId}] terminated.`;
    },
  });
}

/** Functions that send messages and that alerts ask. Source: SYSTEM$SEND_EMAIL, "Alert functions". */
export function registerAlertFunctions(): void {
  registerSystemFunction({
    name: "SYSTEM$SEND_EMAIL",
    returns: { kind: "BOOLEAN" },
    async call(ctx, [integration, recipients, subject, body]) {
      const to = (recipients ?? "")
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "");
      await ctx.services.notifications?.email(ctx, integration ?? "", to, subject ?? "", body ?? "");
      return true;
    },
  });
  registerSystemFunction({
    name: "SYSTEM$SEND_SNOWFLAKE_NOTIFICATION",
    returns: varchar(),
    async call(ctx, [messages, integrations]) {
      const message = Object.values(jsonObject(messages, "message"));
      for (const [name, given] of Object.entries(jsonObject(integrations, "integration"))) {
        const options = (given ?? {}) as { toAddress?: string[]; subject?: string };
        const text = message.map(String).join("\n");
        const kind = String(
          ctx.services.catalog.find("INTEGRATION", 0, name.toUpperCase())?.props.integrationType,
        );
        if (kind.toUpperCase().includes("WEBHOOK"))
          await ctx.services.notifications?.webhook(ctx, name, text);
        else
          await ctx.services.notifications?.email(
            ctx,
            name,
            options.toAddress ?? [],
            options.subject ?? "",
            text,
          );
      }
      return "Enqueued notifications.";
    },
  });
  for (const [name, write] of Object.entries(NOTIFICATION))
    registerSystemFunction({
      name: `SNOWFLAKE.NOTIFICATION.${name}`,
      returns: varchar(),
      call: (_ctx, args) => (args[0] === null ? null : JSON.stringify(write(args))),
    });
  const time = { kind: "TIMESTAMP_LTZ", scale: 9 } as const;
  for (const [name, key] of [
    ["SCHEDULED_TIME", "scheduled"],
    ["LAST_SUCCESSFUL_SCHEDULED_TIME", "lastSuccessful"],
  ] as const)
    registerSystemFunction({
      name: `SNOWFLAKE.ALERT.${name}`,
      returns: time,
      call(ctx) {
        const times = ctx.services.alerts?.times(ctx.session.id);
        if (!times)
          throw new SnowflakeError("091091", "22000", `Function ${name} can be called only from an alert.`);
        return times[key] === null ? null : BigInt(times[key]) * 1_000_000n;
      },
    });
}

const addresses = (text: string | null | undefined): unknown => JSON.parse(text ?? "[]");

/** What SYSTEM$SEND_SNOWFLAKE_NOTIFICATION takes, written by functions. Source: "Using SYSTEM$SEND_SNOWFLAKE_NOTIFICATION to send notifications". */
const NOTIFICATION: Record<string, (args: (string | null)[]) => object> = {
  TEXT_PLAIN: ([message]) => ({ "text/plain": message }),
  TEXT_HTML: ([message]) => ({ "text/html": message }),
  APPLICATION_JSON: ([message]) => ({ "application/json": message }),
  INTEGRATION: ([name]) => ({ [name!]: {} }),
  EMAIL_INTEGRATION_CONFIG: ([name, subject, to, cc, bcc]) => ({
    [name!]: {
      subject,
      toAddress: addresses(to),
      ...(cc === undefined ? {} : { ccAddress: addresses(cc) }),
      ...(bcc === undefined ? {} : { bccAddress: addresses(bcc) }),
    },
  }),
};

/** Functions that log: there is no event table that they could write to. Source: "SYSTEM$LOG". */
export function registerLogFunctions(): void {
  const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].map((level) => `SYSTEM$LOG_${level}`);
  for (const name of ["SYSTEM$LOG", ...levels])
    registerSystemFunction({
      name,
      returns: varchar(),
      note: "nothing is written: there are no event tables",
      call: () => null,
    });
}

function jsonObject(text: string | null | undefined, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    const one = Array.isArray(value)
      ? Object.assign({}, ...value.map((each) => (typeof each === "string" ? JSON.parse(each) : each)))
      : value;
    if (typeof one === "object" && one !== null) return one as Record<string, unknown>;
  } catch {
    // Answered below.
  }
  throw errors.invalidValue(text ?? "", what);
}

/** One's own statements, or any with OPERATE on the warehouse; ACCOUNTADMIN all. */
function mayCancel(ctx: StatementContext, running: { userId: number; warehouseId: number | null }): boolean {
  if (running.userId === ctx.session.userId || isAccountAdmin(ctx)) return true;
  const warehouse = running.warehouseId === null ? undefined : ctx.services.catalog.get(running.warehouseId);
  return warehouse !== undefined && hasPrivilege(ctx, "OPERATE", warehouse);
}

function endOrCancel(ctx: StatementContext, sessionId: string, end: boolean): void {
  const { statements } = ctx.services.runtime;
  const owner = statements.sessionUser(sessionId);
  if (owner === undefined || (owner !== ctx.session.userId && !isAccountAdmin(ctx)))
    throw errors.invalidValue(sessionId, "session id");
  statements.cancelSession(sessionId, end, ctx.queryId);
}
