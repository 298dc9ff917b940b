import { mkdirSync } from "node:fs";
import { parseName, requirePrivilege, resolveObject } from "../access/index.ts";
import type { Account } from "../account.ts";
import { type Token, tokenize } from "../commands/index.ts";
import { errors, SnowflakeError } from "../errors.ts";
import { stageLocation, tableStageLocation, userStageLocation } from "../files/files.ts";
import type { StatementContext } from "../session/context.ts";
import type { StageStore } from "./stage-store.ts";

/** PUT and GET as parsed. */
interface Transfer {
  command: "PUT" | "GET";
  /** Local path or pattern (PUT), local folder (GET). */
  local: string;
  /** Stage as written, with its `@`. */
  stage: string;
  options: Map<string, string>;
}

const OPTIONS = {
  PUT: ["PARALLEL", "AUTO_COMPRESS", "SOURCE_COMPRESSION", "OVERWRITE"],
  GET: ["PARALLEL", "PATTERN"],
};

function parse(text: string): Transfer {
  const tokens = tokenize(text).filter((token) => token.image !== ";");
  const fail = (token: Token | undefined) =>
    errors.syntax(token?.line ?? 1, token?.position ?? 0, token?.image ?? "<EOF>");
  const command = tokens[0]?.value === "GET" ? "GET" : "PUT";
  const [first, second] = [tokens[1], tokens[2]];
  const [file, stage] = command === "PUT" ? [first, second] : [second, first];
  if (!file || (file.kind !== "FILE_URL" && file.kind !== "STRING")) throw fail(file);
  if (!stage || (stage.kind !== "STAGE" && stage.kind !== "STRING")) throw fail(stage);
  if (!file.value.toLowerCase().startsWith("file://")) throw fail(file);
  const options = new Map<string, string>();
  for (let at = 3; at < tokens.length; at += 3) {
    const [name, equals, value] = tokens.slice(at, at + 3);
    if (!name || equals?.image !== "=" || !value || !OPTIONS[command].includes(name.value)) throw fail(name);
    options.set(name.value, value.value);
  }
  return { command, local: file.value.slice("file://".length), stage: stage.value, options };
}

/** Location of a stage's files, the path below it, and the privilege checked: WRITE for PUT, READ for GET. */
function resolveStage(context: StatementContext, transfer: Transfer): { location: string; path: string } {
  const written = transfer.stage.replace(/^@/, "");
  const slash = indexOutsideQuotes(written, "/");
  const name = slash < 0 ? written : written.slice(0, slash);
  const path = slash < 0 ? "" : written.slice(slash + 1);
  if (name === "~") return { location: userStageLocation(context.session.userId), path };
  const mark = indexOutsideQuotes(name, "%");
  if (mark >= 0) {
    const table = resolveObject(context, "TABLE", partsOf(name.slice(0, mark) + name.slice(mark + 1)));
    requirePrivilege(context, "OWNERSHIP", table);
    return { location: tableStageLocation(table.id), path };
  }
  const stage = resolveObject(context, "STAGE", partsOf(name));
  requirePrivilege(context, transfer.command === "PUT" ? "WRITE" : "READ", stage);
  if (stage.props.url !== null)
    throw new SnowflakeError(
      "091003",
      "22000",
      "Failure using stage area. Cause: [GET and PUT commands are not supported with external stage]",
    );
  return { location: stageLocation(stage), path };
}

function partsOf(name: string): string[] {
  const parts = name === "" ? undefined : parseName(name);
  if (!parts) throw errors.invalidValue(name, "stage");
  return parts;
}

function indexOutsideQuotes(text: string, wanted: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (!quoted && text[at] === wanted) return at;
  }
  return -1;
}

/** snowflake-connector-python knows no folders since 5.0: it is told of a bucket of Google's. */
const wantsBucket = ({ session: { client } }: StatementContext): boolean =>
  client.driver === "PythonConnector" && Number.parseInt(client.version, 10) >= 5;

/**
 * The answer to PUT or GET: where the driver moves the files itself. The stage is a folder that both can reach
 * (`LOCAL_FS`), since the account serves its own machine only; or a bucket (stage-store.ts).
 */
export async function transferFiles(
  account: Account,
  store: StageStore,
  context: StatementContext,
): Promise<Record<string, unknown>> {
  const transfer = parse(context.text);
  const { location, path } = resolveStage(context, transfer);
  const folder = account.stageFolder(location, path);
  const below = transfer.command === "PUT" ? path.replace(/\/*$/, "/") : "";
  const bucket = wantsBucket(context)
    ? store.grant(account.publicUrl(), transfer.command === "PUT" ? "WRITE" : "READ", (name) =>
        account.stageFolder(location, below + name),
      )
    : null;
  const parallel = Number(transfer.options.get("PARALLEL") ?? (transfer.command === "PUT" ? 4 : 10));
  const common = {
    command: transfer.command === "PUT" ? "UPLOAD" : "DOWNLOAD",
    operation: "Node",
    kind: null,
    parallel,
    // Nothing is encrypted: drivers read an object of an upload's answer and a list of a download's.
    encryptionMaterial: transfer.command === "PUT" ? null : [],
    queryId: context.queryId,
    clientShowEncryptionParameter: false,
    statementTypeId: transfer.command === "PUT" ? 0x7101 : 0x7102,
    stageInfo: {
      locationType: bucket ? "GCS" : "LOCAL_FS",
      location: bucket?.location ?? folder,
      path: "",
      region: "us-east-1",
      storageAccount: null,
      isClientSideEncrypted: false,
      creds: bucket ? { GCS_ACCESS_TOKEN: bucket.token } : {},
      presignedUrl: null,
      endPoint: bucket?.endPoint ?? null,
    },
  };
  const isYes = (name: string, otherwise: boolean) =>
    (transfer.options.get(name) ?? String(otherwise)).toUpperCase() === "TRUE";
  if (transfer.command === "PUT") {
    mkdirSync(folder, { recursive: true });
    return {
      ...common,
      src_locations: [transfer.local],
      autoCompress: isYes("AUTO_COMPRESS", true),
      overwrite: isYes("OVERWRITE", false),
      sourceCompression: (transfer.options.get("SOURCE_COMPRESSION") ?? "AUTO_DETECT").toLowerCase(),
      threshold: 200_000_000,
      uploadInfo: common.stageInfo,
    };
  }
  const pattern = transfer.options.get("PATTERN");
  const matcher = pattern === undefined ? null : new RegExp(`^(?:${pattern})$`);
  const files: string[] = [];
  for await (const file of account.services.files.list(location, path))
    if (!matcher || matcher.test(file.path)) files.push(file.path);
  return {
    ...common,
    // Relative to the stage itself: the path may be a folder or the beginning of names.
    stageInfo: { ...common.stageInfo, location: bucket?.location ?? account.stageFolder(location, "") },
    src_locations: files,
    localLocation: transfer.local,
  };
}
