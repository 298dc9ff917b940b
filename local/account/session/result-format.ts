import { jsonRows } from "../results/json-rows.ts";
import type { RowsFormat } from "../results/rows-format.ts";
import type { ParameterValue } from "./parameters.ts";

/** The parameter by which each driver, as it names itself at log-in, is told how rows are written. */
const FORMAT_PARAMETERS: Record<string, string> = {
  PythonConnector: "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT",
  Go: "GO_QUERY_RESULT_FORMAT",
  JDBC: "JDBC_QUERY_RESULT_FORMAT",
  ODBC: "ODBC_QUERY_RESULT_FORMAT",
  ".NET": "DOTNET_QUERY_RESULT_FORMAT",
};

/** Arrow where the driver's parameter says so, else JSON, which every driver reads. Arrow's library is loaded when first wanted. */
export async function resultFormat(
  driver: string,
  parameter: (name: string) => ParameterValue,
): Promise<RowsFormat> {
  const name = FORMAT_PARAMETERS[driver];
  if (name === undefined || String(parameter(name)).toUpperCase() !== "ARROW") return jsonRows;
  return (await import("../results/arrow-rows.ts")).arrowRows;
}
