import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { type Aws, connectAws } from "./aws.ts";
import { checkInputs, type Failure } from "./check.ts";
import { diffInputs } from "./diff.ts";
import { toServiceError, UserError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import { createResource, previewState, readResource, removeResource, updateResource } from "./lifecycle.ts";
import { FUNCTIONS, HANDLERS } from "./registry.ts";
import { changedInputs, standIn, standInPreview, standsInForUnsupported, typeOf } from "./unsupported.ts";
import { fromStruct, type Json, type Properties, toStruct } from "./values.ts";

/** The version of the official provider whose types this one speaks. */
export const PROVIDER_VERSION = "7.48.0";

/** The ResourceProvider service (pulumi/provider.proto) over one AWS endpoint. */
export function resourceProvider(env: NodeJS.ProcessEnv): UntypedServiceImplementation {
  let connected: Aws | undefined;
  const aws = (): Aws => {
    if (!connected) throw new UserError("the provider is not configured");
    return connected;
  };
  const done = async (): Promise<empty.Empty> => new empty.Empty();
  const standsIn = standsInForUnsupported(env);
  /** Undefined for a type that is only stood in for; any other unknown type is refused. */
  const handlerOf = (urn: string): Handler | undefined => {
    const type = typeOf(urn);
    const handler = HANDLERS[type];
    if (!handler && !(standsIn && type.startsWith("aws:")))
      throw new UserError(unsupported("resource type", type, Object.keys(HANDLERS)));
    return handler;
  };
  const placeOf = async () => ({ region: aws().region, accountId: await aws().accountId() });

  return {
    checkConfig: unary(async (request: InstanceType<typeof provider.CheckRequest>) => {
      const response = new provider.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    }),

    diffConfig: unary(async (request: InstanceType<typeof provider.DiffRequest>) => {
      const same =
        JSON.stringify(fromStruct(request.getOlds())) === JSON.stringify(fromStruct(request.getNews()));
      const response = new provider.DiffResponse();
      response.setChanges(changesOf(!same));
      return response;
    }),

    configure: unary(async (request: InstanceType<typeof provider.ConfigureRequest>) => {
      connected = connectAws(configurationOf(request), env);
      const response = new provider.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    }),

    check: unary(async (request: InstanceType<typeof provider.CheckRequest>) => {
      const handler = handlerOf(request.getUrn());
      const news = fromStruct(request.getNews());
      const { inputs, failures } = handler
        ? checkInputs(
            handler,
            request.getUrn(),
            fromStruct(request.getOlds()),
            news,
            request.getRandomseed_asU8(),
          )
        : { inputs: news, failures: [] };
      const response = new provider.CheckResponse();
      response.setInputs(toStruct(inputs));
      response.setFailuresList(failures.map(checkFailure));
      return response;
    }),

    diff: unary(async (request: InstanceType<typeof provider.DiffRequest>) => {
      const handler = handlerOf(request.getUrn());
      const ignored = new Set(request.getIgnorechangesList());
      if (!handler) {
        const changed = changedInputs(
          fromStruct(request.getOldInputs()),
          fromStruct(request.getNews()),
        ).filter((property) => !ignored.has(property));
        const response = new provider.DiffResponse();
        response.setChanges(changesOf(changed.length > 0));
        response.setDiffsList(changed);
        return response;
      }
      const changes = diffInputs(
        handler,
        fromStruct(request.getOlds()),
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
        aws().defaultTags,
      ).filter(({ property }) => !ignored.has(property));
      const response = new provider.DiffResponse();
      response.setChanges(changesOf(changes.length > 0));
      response.setDiffsList(changes.map(({ property }) => property));
      response.setReplacesList(changes.filter(({ replaces }) => replaces).map(({ property }) => property));
      response.setHasdetaileddiff(true);
      for (const change of changes) {
        const detail = new provider.PropertyDiff();
        detail.setKind(PROPERTY_KINDS[change.kind][change.replaces ? 1 : 0]);
        response.getDetaileddiffMap().set(change.property, detail);
      }
      // A name is taken while the old one lives, so a replacement that keeps its name deletes first.
      response.setDeletebeforereplace(
        changes.some(({ replaces }) => replaces) &&
          keepsItsName(
            handler,
            changes.map(({ property }) => property),
          ),
      );
      return response;
    }),

    create: unary(async (request: InstanceType<typeof provider.CreateRequest>) => {
      const handler = handlerOf(request.getUrn());
      const inputs = fromStruct(request.getProperties());
      const response = new provider.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(
          toStruct(handler ? previewState(handler, undefined, inputs) : standInPreview(inputs)),
        );
        return response;
      }
      const made = handler
        ? await createResource(aws(), handler, inputs)
        : standIn(request.getUrn(), inputs, await placeOf());
      response.setId(made.id);
      response.setProperties(toStruct(made.state));
      return response;
    }),

    read: unary(async (request: InstanceType<typeof provider.ReadRequest>) => {
      const handler = handlerOf(request.getUrn());
      const [state, inputs] = [fromStruct(request.getProperties()), fromStruct(request.getInputs())];
      const found = handler
        ? await readResource(aws(), handler, request.getId(), state, inputs)
        : { id: request.getId(), state, inputs };
      const response = new provider.ReadResponse();
      if (found) {
        response.setId(found.id);
        response.setProperties(toStruct(found.state));
        response.setInputs(toStruct(found.inputs));
      }
      return response;
    }),

    update: unary(async (request: InstanceType<typeof provider.UpdateRequest>) => {
      const handler = handlerOf(request.getUrn());
      const [state, inputs] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const response = new provider.UpdateResponse();
      response.setProperties(
        toStruct(
          handler === undefined
            ? standIn(request.getUrn(), inputs, await placeOf()).state
            : request.getPreview()
              ? previewState(handler, state, inputs)
              : await updateResource(aws(), handler, request.getId(), state, inputs),
        ),
      );
      return response;
    }),

    delete: unary(async (request: InstanceType<typeof provider.DeleteRequest>) => {
      const handler = handlerOf(request.getUrn());
      if (handler) await removeResource(aws(), handler, request.getId(), fromStruct(request.getProperties()));
      return new empty.Empty();
    }),

    invoke: unary(async (request: InstanceType<typeof provider.InvokeRequest>) => {
      const call = FUNCTIONS[request.getTok()];
      if (!call) throw new UserError(unsupported("function", request.getTok(), Object.keys(FUNCTIONS)));
      const response = new provider.InvokeResponse();
      response.setReturn(toStruct(await call(aws(), fromStruct(request.getArgs()))));
      return response;
    }),

    getSchema: unary(async () => {
      const response = new provider.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: "aws", version: PROVIDER_VERSION }));
      return response;
    }),

    getPluginInfo: unary(async () => {
      const response = new plugin.PluginInfo();
      response.setVersion(PROVIDER_VERSION);
      return response;
    }),

    cancel: unary(done),
    attach: unary(done),
  };
}

/** A method as gRPC calls it; what it throws becomes an error whose message the engine shows. */
function unary<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    answer(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toServiceError(error)),
    );
  };
}

const { Kind } = provider.PropertyDiff;
const PROPERTY_KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

function changesOf(changed: boolean) {
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  return changed ? DIFF_SOME : DIFF_NONE;
}

function checkFailure({ property, reason }: Failure): InstanceType<typeof provider.CheckFailure> {
  const failure = new provider.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function unsupported(what: string, token: string, known: string[]): string {
  return (
    `the local AWS provider does not do the ${what} ${token}. It does: ${known.sort().join(", ")}. ` +
    "Install the official plugin to use the others (pulumi plugin install resource aws)"
  );
}

function keepsItsName(handler: Handler, changed: string[]): boolean {
  return handler.autoname === undefined || !changed.includes(handler.autoname.property);
}

/** The configuration, whose structured values arrive as JSON texts. */
function configurationOf(request: InstanceType<typeof provider.ConfigureRequest>): Properties {
  const config: Properties = {};
  for (const [name, value] of Object.entries(fromStruct(request.getArgs()))) config[name] = parsed(value);
  for (const [key, value] of request.getVariablesMap().entries() as Iterable<[string, string]>) {
    const name = key.split(":").pop() ?? "";
    config[name] ??= parsed(value);
  }
  return config;
}

function parsed(value: Json): Json {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
