import { hasPrivilege } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { SnowflakeError } from "../errors.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services, StatementContext } from "../session/context.ts";
import type { Executor } from "../session/executor.ts";
import { toSnowflakeError } from "../session/failures.ts";
import type { SessionManager } from "../session/manager.ts";
import { quoteText } from "../storage/duck-text.ts";
import type { WorkTracker } from "../work-tracker.ts";
import { nextRun, parseSchedule } from "./task-schedule.ts";

type Alert = CatalogObject<"ALERT">;

export type AlertState = "EXECUTING" | "CONDITION_FALSE" | "CONDITION_FAILED" | "ACTION_FAILED" | "TRIGGERED";

/** One evaluation of an alert. Times in milliseconds. */
export interface AlertRun {
  alertId: number;
  scheduledOn: number;
  completedOn: number | null;
  state: AlertState;
  conditionQueryId: string | null;
  actionQueryId: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  /** SCHEDULE, or EXECUTE ALERT. */
  from: string;
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS sys.alert_run (alert_id BIGINT NOT NULL, scheduled_on BIGINT NOT NULL, body VARCHAR NOT NULL)`;

/** Evaluates alerts by their schedules as their owners, and runs the action of those whose condition has rows. */
export class Alerts {
  readonly #services: Services;
  readonly #sessions: SessionManager;
  readonly #executor: Executor;
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #timers = new Map<number, () => void>();
  readonly #base = new Map<number, number>();
  readonly #running = new Set<number>();
  readonly #bySession = new Map<string, AlertRun>();
  #runs: AlertRun[] = [];
  #closing = false;

  constructor(parts: {
    services: Services;
    sessions: SessionManager;
    executor: Executor;
    pool: ConnectionPool;
    tracker: WorkTracker;
  }) {
    this.#services = parts.services;
    this.#sessions = parts.sessions;
    this.#executor = parts.executor;
    this.#pool = parts.pool;
    this.#tracker = parts.tracker;
  }

  async start(): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(TABLE);
      const reader = await connection.runAndReadAll(
        "SELECT body FROM (SELECT * FROM sys.alert_run ORDER BY scheduled_on DESC LIMIT 10000) ORDER BY scheduled_on",
      );
      this.#runs = reader.getRows().map(([body]) => JSON.parse(String(body)) as AlertRun);
    });
    this.#services.catalog.onChange((changed) => {
      for (const object of changed) if (object.kind === "ALERT") this.changed(object.id);
    });
    for (const alert of this.#services.catalog.listAll("ALERT")) this.#arm(alert);
  }

  close(): void {
    this.#closing = true;
    for (const cancel of this.#timers.values()) cancel();
  }

  /** Oldest first. */
  runs(): readonly AlertRun[] {
    return this.#runs;
  }

  changed(alertId: number): void {
    this.#timers.get(alertId)?.();
    this.#timers.delete(alertId);
    const alert = this.#services.catalog.getAs("ALERT", alertId);
    if (alert?.droppedOn === null && alert.props.state === "started") this.#arm(alert);
    else this.#base.delete(alertId);
  }

  /** EXECUTE ALERT. */
  execute(alertId: number): void {
    this.#begin(alertId, this.#services.clock.now(), "EXECUTE ALERT");
  }

  /** SNOWFLAKE.ALERT.SCHEDULED_TIME() and LAST_SUCCESSFUL_SCHEDULED_TIME() of the alert whose session this is. */
  times(sessionId: string): { scheduled: number; lastSuccessful: number | null } | undefined {
    const run = this.#bySession.get(sessionId);
    if (!run) return undefined;
    const before = this.#runs.findLast(
      (other) =>
        other.alertId === run.alertId && (other.state === "CONDITION_FALSE" || other.state === "TRIGGERED"),
    );
    return { scheduled: run.scheduledOn, lastSuccessful: before?.scheduledOn ?? null };
  }

  #arm(alert: Alert): void {
    // Without a schedule an alert fires on new data, which is not supported: it never runs by itself.
    if (this.#closing || alert.props.state !== "started" || alert.props.schedule === null) return;
    const { clock } = this.#services;
    const now = clock.now();
    const base = this.#base.get(alert.id) ?? now;
    this.#base.set(alert.id, base);
    const at = nextRun(parseSchedule(alert.props.schedule), base, now);
    if (at === null) return;
    this.#timers.get(alert.id)?.();
    this.#timers.set(
      alert.id,
      clock.schedule(at, () => {
        this.#timers.delete(alert.id);
        const current = this.#services.catalog.getAs("ALERT", alert.id);
        if (this.#closing || current?.droppedOn !== null || current.props.state !== "started") return;
        this.#arm(current);
        this.#begin(alert.id, at, "SCHEDULE");
      }),
    );
  }

  #begin(alertId: number, scheduledOn: number, from: string): void {
    const alert = this.#services.catalog.getAs("ALERT", alertId);
    if (!alert || this.#running.has(alertId)) return;
    this.#running.add(alertId);
    const work = this.#run(alert, scheduledOn, from).finally(() => this.#running.delete(alertId));
    void this.#tracker.track(work).catch(() => {});
  }

  async #run(alert: Alert, scheduledOn: number, from: string): Promise<void> {
    const { catalog, clock } = this.#services;
    const run: AlertRun = {
      alertId: alert.id,
      scheduledOn,
      completedOn: null,
      state: "EXECUTING",
      conditionQueryId: null,
      actionQueryId: null,
      errorCode: null,
      errorMessage: null,
      from,
    };
    const managed = alert.props.warehouseId === null;
    const session = await this.#sessions.openInternal({
      roleId: alert.owner,
      warehouseId: alert.props.warehouseId,
      databaseId: catalog.get(alert.parent)?.parent ?? null,
      schemaId: alert.parent,
      managed,
    });
    this.#bySession.set(session.id, run);
    const fail = (state: AlertState, thrown: unknown) => {
      const error = toSnowflakeError(thrown);
      run.state = state;
      run.errorCode = error.code;
      run.errorMessage = error.message;
    };
    try {
      const needed = managed ? "EXECUTE MANAGED ALERT" : "EXECUTE ALERT";
      if (!hasPrivilege({ services: this.#services, session } as StatementContext, needed, "ACCOUNT"))
        throw new SnowflakeError(
          "091089",
          "23001",
          `Cannot execute alert, ${needed} privilege must be granted to owner role`,
        );
      const condition = this.#executor.start(session, alert.props.condition, { nested: true });
      run.conditionQueryId = condition.record.queryId;
      const { rowCount } = await condition.done;
      if (rowCount === 0) run.state = "CONDITION_FALSE";
      else {
        const action = this.#executor.start(session, alert.props.action, { nested: true });
        run.actionQueryId = action.record.queryId;
        try {
          await action.done;
          run.state = "TRIGGERED";
        } catch (error) {
          fail("ACTION_FAILED", error);
        }
      }
    } catch (error) {
      fail("CONDITION_FAILED", error);
    } finally {
      this.#bySession.delete(session.id);
      await this.#sessions.closeInternal(session);
    }
    run.completedOn = clock.now();
    this.#runs.push(run);
    if (this.#runs.length > 11_000) this.#runs.splice(0, 1000);
    await this.#pool.use(async (connection) => {
      const body = quoteText(JSON.stringify(run));
      await connection.run(`INSERT INTO sys.alert_run VALUES (${run.alertId}, ${scheduledOn}, ${body})`);
    });
  }
}
