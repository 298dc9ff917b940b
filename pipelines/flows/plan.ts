/**
 * Amazon AppFlow flows: in, for sources that nothing else brings to the bucket; out, for the batches of activations.
 * A connection holds the credentials and is made by hand, once, with the system's own log-in; here it is only named.
 */
import type { StackConfig } from "../../infra/config/schema.ts";
import type { Problems } from "../../infra/errors.ts";
import type { Names } from "../../infra/names.ts";
import type { ActivationPlan, Flow, Landing, Outbound } from "../../infra/platform.ts";
import { type FileSource, prefixOf } from "../sources/source.ts";

/** Folder of the outbound bucket for records that a system refused. */
export const ERRORS = "_errors";

export interface FlowContext {
  config: StackConfig;
  names: Names;
  landing: Pick<Landing, "bucket">;
  stackFile: string;
  problems: Problems;
}

/** Flows of the enabled sources whose connector the stack has a connection of. */
export function inboundFlows(sources: readonly FileSource[], context: FlowContext): Flow[] {
  const { config, names, landing, stackFile, problems } = context;
  const connections = config.flows?.connections ?? {};
  return sources.flatMap((source) => {
    const { flow } = source;
    const connection = flow === undefined ? undefined : connections[flow.connector];
    if (flow === undefined || connection === undefined) return [];
    return source.objects.flatMap((object): Flow[] => {
      if (object.upstream === undefined) {
        problems.add({
          code: "SOURCE",
          file: stackFile,
          path: "firn:sources",
          message: `${source.key}.${object.name} has a flow and no upstream: AppFlow must know the object's name there`,
        });
        return [];
      }
      return [
        {
          key: `in.${source.key}.${object.name}`,
          name: names.flow("in", source.key, object.name),
          description: `${object.upstream} of ${flow.connector} to the landing bucket.`,
          direction: "in",
          connector: flow.connector,
          connection,
          object: object.upstream,
          bucket: landing.bucket,
          folder: prefixOf(source, object).slice(0, -1),
          schedule: flow.schedule,
          pull: flow.pull,
        },
      ];
    });
  });
}

export function outboundFlows(
  activations: readonly ActivationPlan[],
  outbound: Outbound,
  { config, names }: Pick<FlowContext, "config" | "names">,
): Flow[] {
  return activations.map((activation) => ({
    key: `out.${activation.key}`,
    name: names.flow("out", activation.key),
    description: activation.description,
    direction: "out",
    connector: activation.connector,
    connection: config.flows!.connections[activation.connector]!,
    object: activation.object,
    bucket: outbound.bucket,
    folder: activation.key,
    schedule: config.activation!.flow,
    pull: "Incremental",
    write: {
      operation: activation.write,
      externalId: activation.externalId,
      fields: activation.fields,
      errorFolder: `${ERRORS}/${activation.key}`,
    },
  }));
}
