import { createReadStream } from "node:fs";
import type { Account } from "../account.ts";
import { bindMarks, bindsOfEach, boundText } from "../commands/index.ts";
import { SnowflakeError } from "../errors.ts";
import { jsonRows } from "../results/json-rows.ts";
import type { StoredResult } from "../results/result-store.ts";
import { wireColumn } from "../results/row-encoding.ts";
import type { RowsFormat } from "../results/rows-format.ts";
import type { Bind } from "../session/context.ts";
import { failures, toSnowflakeError } from "../session/failures.ts";
import { PARAMETERS, type ParameterValue, sessionParameter } from "../session/parameters.ts";
import { newQueryId } from "../session/query-id.ts";
import type { Session } from "../session/session.ts";
import type { RunningStatement } from "../session/statement.ts";
import { readBindings } from "./bindings.ts";
import { driverParameters } from "./driver-parameters.ts";
import { transferFiles } from "./file-transfer.ts";
import { errorBody, type HttpAnswer, type HttpRequest, snowflakeToken } from "./http.ts";
import { requireNetwork } from "./network-policy.ts";
import { contextNames } from "./session-routes.ts";
import type { StageStore } from "./stage-store.ts";
import { MULTI_STATEMENT_TYPE, STATEMENT_TYPE } from "./statement-type.ts";

/** Snowflake answers "in progress" after 45 seconds; the driver then asks for the result in a loop. */
const PATIENCE_MS = 45_000;

interface Work {
  queryId: string;
  answer: Promise<string>;
  abort(): void;
}

/** What is kept of requests, so that a repeated one (same requestId) does not run twice. */
export class QueryRoutes {
  readonly #account: Account;
  readonly #store: StageStore;
  readonly #patience: number;
  readonly #byRequest = new Map<string, Work>();
  readonly #byQuery = new Map<string, { work: Work; userId: number }>();

  constructor(account: Account, store: StageStore, patienceMs = PATIENCE_MS) {
    this.#account = account;
    this.#store = store;
    this.#patience = patienceMs;
  }

  /** POST /queries/v1/query-request */
  async query(request: HttpRequest): Promise<HttpAnswer | string> {
    const session = this.#account.sessions.authenticate(snowflakeToken(request.headers));
    const { services } = this.#account;
    // A policy that came after the log-in holds for the next statement.
    const user = services.catalog.getAs("USER", session.userId);
    if (user) requireNetwork(services, user, request.ip);
    const body = await request.json();
    const requestId = `${session.id}/${request.query.get("requestId") ?? newQueryId(0)}`;
    let work = this.#byRequest.get(requestId);
    if (!work) {
      work = this.#start(session, body);
      remember(this.#byRequest, requestId, work);
      remember(this.#byQuery, work.queryId, { work, userId: session.userId });
    }
    if (body["asyncExec"] === true)
      return { json: inProgress(this.#account, session, work.queryId, "333334") };
    return this.#wait(session, work);
  }

  /** GET /queries/{id}/result */
  async result(request: HttpRequest, queryId: string): Promise<HttpAnswer | string> {
    const session = this.#account.sessions.authenticate(snowflakeToken(request.headers));
    const known = this.#byQuery.get(queryId);
    if (known) {
      if (known.userId !== session.userId) throw failures.noSuchQuery(queryId);
      return this.#wait(session, known.work);
    }
    const running = this.#account.executor.find(queryId);
    if (!running || running.record.userId !== session.userId) throw failures.noSuchQuery(queryId);
    return this.#wait(session, {
      queryId,
      answer: this.#answer(session, running),
      abort: () => running.abort(),
    });
  }

  /** POST /queries/v1/abort-request: by the requestId of the request to abort. */
  async abort(request: HttpRequest): Promise<HttpAnswer> {
    const session = this.#account.sessions.authenticate(snowflakeToken(request.headers));
    const body = await request.json();
    const work = this.#byRequest.get(`${session.id}/${String(body["requestId"] ?? "")}`);
    if (!work)
      throw new SnowflakeError("000605", "57014", "Identified SQL statement is not currently executing.");
    work.abort();
    return { json: { data: null, message: null, code: null, success: true } };
  }

  /** POST /queries/{id}/abort-request */
  async abortQuery(request: HttpRequest, queryId: string): Promise<HttpAnswer> {
    const session = this.#account.sessions.authenticate(snowflakeToken(request.headers));
    const known = this.#byQuery.get(queryId);
    if (!known || known.userId !== session.userId) throw failures.noSuchQuery(queryId);
    known.work.abort();
    return { json: { data: null, message: null, code: null, success: true } };
  }

  /** GET /monitoring/queries/{id} */
  async monitor(request: HttpRequest, queryId: string): Promise<HttpAnswer> {
    const session = this.#account.sessions.authenticate(snowflakeToken(request.headers));
    const running = this.#account.executor.find(queryId);
    const mine = running && running.record.userId === session.userId;
    const queries = mine ? [monitorEntry(running)] : [];
    return { json: { data: { queries }, message: null, code: null, success: true } };
  }

  /** GET /firn/chunks/{name}: a part of a big result. The name is the secret, as with Snowflake's signed store. */
  chunk(name: string): HttpAnswer {
    const path = this.#account.results.chunkPath(name);
    if (!path) throw failures.noSuchQuery(name);
    return {
      stream: createReadStream(path),
      headers: { "content-type": "application/octet-stream", "content-encoding": "gzip" },
    };
  }

  async #wait(session: Session, work: Work): Promise<HttpAnswer | string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), this.#patience);
      timer.unref();
    });
    const answer = await Promise.race([work.answer, late]);
    clearTimeout(timer);
    return answer ?? { json: inProgress(this.#account, session, work.queryId, "333333") };
  }

  #start(session: Session, body: Record<string, unknown>): Work {
    const account = this.#account;
    const text = String(body["sqlText"] ?? "");
    let binds: Record<string, Bind>;
    const parameters = requestParameters(body["parameters"]);
    const describeOnly = body["describeOnly"] === true;
    const wanted = Number(
      parameters["MULTI_STATEMENT_COUNT"] ??
        sessionParameter(account.services.catalog, session, "MULTI_STATEMENT_COUNT").value,
    );
    delete parameters["MULTI_STATEMENT_COUNT"];
    const queryId = newQueryId(account.services.clock.now());
    let statements: { text: string }[];
    try {
      binds = readBindings(body["bindings"]);
      statements = account.executor.engine.splitStatements(text);
      if (statements.length === 0) throw failures.empty();
      if (wanted !== 0 && statements.length !== wanted)
        throw failures.statementCount(statements.length, wanted);
    } catch (error) {
      const answer = Promise.resolve(JSON.stringify(errorBody(toSnowflakeError(error), queryId)));
      return { queryId, answer, abort: () => {} };
    }
    const only = statements.length === 1 ? statements[0]!.text : null;
    if (only !== null && account.executor.engine.classify(only) === "FILE_TRANSFER")
      return { queryId, answer: this.#transfer(session, queryId, only, binds), abort: () => {} };
    if (statements.length === 1) {
      const running = account.executor.start(session, statements[0]!.text, {
        binds,
        parameters,
        describeOnly,
        queryId,
      });
      return { queryId, answer: this.#answer(session, running), abort: () => running.abort() };
    }
    const abortion = new AbortController();
    return {
      queryId,
      answer: this.#runAll(session, queryId, statements, binds, parameters, abortion.signal),
      abort: () => abortion.abort(failures.cancelled()),
    };
  }

  /** Several statements: the answer names their ids; the driver fetches each result. The first failure ends it. */
  async #runAll(
    session: Session,
    queryId: string,
    statements: { text: string }[],
    binds: Record<string, Bind>,
    parameters: Record<string, ParameterValue>,
    signal: AbortSignal,
  ): Promise<string> {
    const ids: string[] = [];
    const types: number[] = [];
    const texts = statements.map(({ text }) => text);
    const own = bindsOfEach(texts, binds);
    for (const [i, text] of texts.entries()) {
      const running = this.#account.executor.start(session, text, { binds: own[i], parameters, signal });
      try {
        const result = await running.done;
        ids.push(result.queryId);
        types.push(STATEMENT_TYPE[result.kind]);
      } catch (error) {
        return JSON.stringify(errorBody(toSnowflakeError(error), running.record.queryId));
      }
    }
    return answerText(this.#account, session, {
      queryId,
      columns: [{ name: "multiple statement execution", type: "text", nullable: false }],
      format: jsonRows,
      inline: '["Multiple statements executed successfully."]',
      inlineRows: 1,
      rowCount: 1,
      chunks: [],
      statementTypeId: MULTI_STATEMENT_TYPE,
      more: { resultIds: ids.join(","), resultTypes: types.join(",") },
    });
  }

  /** PUT and GET: the driver is told where the files go or are. */
  async #transfer(
    session: Session,
    queryId: string,
    text: string,
    binds: Record<string, Bind>,
  ): Promise<string> {
    try {
      const data = await this.#account.executor.within(session, boundText({ text, binds }), (context) =>
        transferFiles(this.#account, this.#store, context),
      );
      return JSON.stringify({ data: { ...data, queryId }, message: null, code: null, success: true });
    } catch (error) {
      return JSON.stringify(errorBody(toSnowflakeError(error), queryId));
    }
  }

  async #answer(session: Session, running: RunningStatement): Promise<string> {
    let stored: StoredResult;
    try {
      stored = await running.done;
    } catch (error) {
      return JSON.stringify(errorBody(toSnowflakeError(error), running.record.queryId));
    }
    return answerText(this.#account, session, {
      ...stored,
      columns: stored.columns.map(wireColumn),
      statementTypeId: STATEMENT_TYPE[stored.kind],
      binds: bindMarks(running.record.text),
    });
  }
}

interface AnswerParts {
  queryId: string;
  columns: unknown[];
  format: RowsFormat;
  inline: string;
  inlineRows: number;
  rowCount: number;
  chunks: StoredResult["chunks"];
  statementTypeId: number;
  /** Places for binds (`?`), told when a statement is described. */
  binds?: number;
  more?: Record<string, unknown>;
}

/** The rows are spliced in as text: they are JSON, or base64, already. */
function answerText(account: Account, session: Session, parts: AnswerParts): string {
  const context = contextNames(account, session);
  const head = JSON.stringify({
    parameters: driverParameters(account.services, session),
    rowtype: parts.columns,
    total: parts.rowCount,
    returned: parts.rowCount,
    queryId: parts.queryId,
    databaseProvider: null,
    finalDatabaseName: context.databaseName,
    finalSchemaName: context.schemaName,
    finalWarehouseName: context.warehouseName,
    finalRoleName: context.roleName,
    numberOfBinds: parts.binds ?? 0,
    arrayBindSupported: (parts.binds ?? 0) > 0 && parts.statementTypeId === STATEMENT_TYPE.INSERT,
    statementTypeId: parts.statementTypeId,
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: parts.format.name,
    queryContext: { entries: [] },
    ...(parts.chunks.length > 0 && {
      chunks: parts.chunks.map((chunk) => ({
        url: `${account.publicUrl()}/firn/chunks/${chunk.name}`,
        rowCount: chunk.rowCount,
        uncompressedSize: chunk.uncompressedSize,
        compressedSize: chunk.compressedSize,
      })),
      chunkHeaders: {},
    }),
    ...parts.more,
  });
  const rows =
    parts.format.name === "json" ? `"rowset":[${parts.inline}]` : `"rowsetBase64":"${parts.inline}"`;
  return `{"data":${head.slice(0, -1)},${rows}},"message":null,"code":null,"success":true}`;
}

function inProgress(account: Account, session: Session, queryId: string, code: string) {
  const context = contextNames(account, session);
  return {
    data: {
      getResultUrl: `/queries/${queryId}/result`,
      queryId,
      queryAbortsAfterSecs: 300,
      progressDesc: null,
      finalDatabaseName: context.databaseName,
      finalSchemaName: context.schemaName,
      finalWarehouseName: context.warehouseName,
      finalRoleName: context.roleName,
    },
    message: "Query execution in progress.",
    code,
    success: true,
  };
}

function monitorEntry({ record }: RunningStatement): Record<string, unknown> {
  return {
    id: record.queryId,
    status: record.status === "FAIL" ? "FAILED_WITH_ERROR" : record.status,
    state: record.status === "RUNNING" ? "EXECUTING" : record.status === "FAIL" ? "FAILED" : "SUCCEEDED",
    startTime: record.startedOn,
    endTime: record.endedOn ?? 0,
    totalDuration: (record.endedOn ?? record.startedOn) - record.startedOn,
    sqlText: record.text,
    sessionId: Number(record.session.id),
    errorCode: record.error?.code ?? null,
    errorMessage: record.error?.message ?? null,
    stats: {},
  };
}

function requestParameters(given: unknown): Record<string, ParameterValue> {
  const found: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries((given ?? {}) as Record<string, unknown>)) {
    const upper = name.toUpperCase();
    if (!PARAMETERS.has(upper)) continue;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      found[upper] = value;
  }
  return found;
}

/** Keeps the last ten thousand. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  if (map.size > 10_000) map.delete(map.keys().next().value!);
}
