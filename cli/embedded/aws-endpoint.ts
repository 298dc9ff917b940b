import { AWS_SERVICE, LOCAL_AWS } from "../../local/aws/start.ts";
import { LOOPBACK } from "../../local/supervisor/ports.ts";
import { inspectServices } from "../../local/supervisor/service-record.ts";
import { CliError } from "../failure.ts";
import type { Project } from "../project.ts";
import type { AwsEndpoint } from "./endpoints.ts";

/** Where the stack's AWS endpoint listens, or a clear error when it does not run. */
export function awsEndpoint(project: Project): AwsEndpoint {
  const service = inspectServices(project.servicesDir).find((each) => each.name === AWS_SERVICE);
  if (!service?.running || service.state !== "ready")
    throw new CliError(
      `The local AWS endpoint of stack "${project.stack}" is not running.`,
      "Start it with `npm start` (or `npx firn up`).",
    );
  return { endpoint: `http://${LOOPBACK}:${service.ports["http"]}`, ...LOCAL_AWS };
}
