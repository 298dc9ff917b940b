/** Queries, DML and COPY of the local account. Entry of the folder: others import from here only. */

import { setExpressionParser } from "./compile/expression.ts";
import { parseExpression } from "./parse/index.ts";

setExpressionParser(parseExpression);

export { parseDataType } from "../types/parse-data-type.ts";
export { duckType } from "../types/physical.ts";
export { checkCollation } from "./compile/collation.ts";
export { allFunctions, registerSystemFunction, type SystemFunction } from "./compile/functions/index.ts";
export { type ConstantObject, constantObject, isTableMethod } from "./compile/instance-methods.ts";
export { materializedViewProblem } from "./compile/materialized-view.ts";
export { directoryPosition } from "./compile/stage-stream.ts";
export { streamHasData } from "./compile/stream-data.ts";
export {
  initialStreamOffset,
  readPosition,
  streamTables,
  tablesPosition,
} from "./compile/stream-position.ts";
export { UnknownTableFunction } from "./compile/table-functions.ts";
export { statementMoment } from "./compile/table-versions.ts";
export { describeCopy, loadFiles, runCopy } from "./copy/index.ts";
export { runDml } from "./dml/index.ts";
export { createTableAs, describeQuery, evaluateCondition, evaluateScalar } from "./evaluate.ts";
export { explainQuery, type Operator } from "./explain.ts";
export { notIncremental } from "./incremental-rules.ts";
export {
  checkMaterializedView,
  invalidMaterializedView,
  isForbiddenColumn,
} from "./materialized-view-rules.ts";
export { parseExpression, parseQuery, parseStatement } from "./parse/index.ts";
export {
  alterPhysicalTable,
  createPhysicalTable,
  createStreamOffset,
  dropPhysicalTable,
  type PhysicalChange,
} from "./physical-tables.ts";
export { unsupportedInDynamicTable } from "./restrictions.ts";
export { runQuery } from "./run/query.ts";
export { type QueryInputs, queryInputs, type Replaced, storeQuery } from "./stored-query.ts";
export { checkViewTracking } from "./view-tracking.ts";
export {
  allVirtualRelations,
  registerVirtualFunction,
  registerVirtualRelation,
  type VirtualFunction,
  type VirtualRelation,
} from "./virtual-relations.ts";
