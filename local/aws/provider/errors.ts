import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import rpcStatus from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { type Properties, toStruct } from "./values.ts";

/** A mistake in the program, in one sentence. */
export class UserError extends Error {}

/** A thing that was made, but not completed: the engine keeps it in the state and completes it with the next update. */
export class PartialError extends Error {
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;

  constructor(id: string, state: Properties, inputs: Properties, cause: unknown) {
    super(awsMessage(cause));
    this.id = id;
    this.state = state;
    this.inputs = inputs;
  }
}

/** "creating the S3 bucket landing: BucketNotEmpty: The bucket …" for what the AWS SDK threw. */
export function withContext(action: string, error: unknown): Error {
  if (error instanceof PartialError || error instanceof UserError) return error;
  return new UserError(`${action}: ${awsMessage(error)}`);
}

/** The error code and message of an AWS answer, or the message of anything else. */
export function awsMessage(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { name, message, code } = error as { name?: string; message?: string; code?: string };
  if (code === "ECONNREFUSED") return "the local AWS endpoint does not answer; start it (npx firn up)";
  return name && name !== "Error" && !message?.startsWith(name)
    ? `${name}: ${message}`
    : (message ?? String(error));
}

/** True when AWS says that the thing does not exist. */
export function isMissing(error: unknown): boolean {
  const name = (error as { name?: string } | null)?.name ?? "";
  return (
    /^(NotFound|NotFoundException|ResourceNotFoundException|NoSuch\w*|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/.test(
      name,
    ) || /^(ServerSideEncryptionConfigurationNotFoundError|OwnershipControlsNotFoundError)$/.test(name)
  );
}

/** What `read` yields, or undefined when AWS says that the thing does not exist. */
export async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The error as gRPC carries it; a PartialError with its details. */
export function toServiceError(error: unknown): ServiceError {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof PartialError) {
    const detail = new provider.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(toStruct(error.state));
    detail.setInputs(toStruct(error.inputs));
    detail.setReasonsList([message]);
    const packed = new any.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const answer = new rpcStatus.Status();
    answer.setCode(status.UNKNOWN);
    answer.setMessage(message);
    answer.addDetails(packed);
    // grpc-js knows no structured details; this header is how other implementations carry them.
    metadata.add("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  }
  return Object.assign(new Error(message), { code: status.UNKNOWN, details: message, metadata });
}
