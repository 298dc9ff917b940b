/** What computes and what holds: warehouses, monitors, databases, schemas. */
import type { AdoptedDefinitions, AdoptedParameters } from "../adopted/definitions.ts";
import type { WarehouseSize } from "../config/schema.ts";
import type { DatabaseKey, SchemaName } from "../names.ts";

/** Databases, schemas and users that the program keeps as it found them. */
export interface Adopted {
  databases: ({ key: string; name: string } & AdoptedDefinitions["databases"][string])[];
  schemas: (SchemaName & { key: string } & AdoptedDefinitions["schemas"][string][string])[];
  users: ({ key: string; name: string } & AdoptedDefinitions["users"][string])[];
}

export interface Database {
  key: DatabaseKey;
  name: string;
  comment: string;
  timeTravelDays: number;
}

export interface Schema extends SchemaName {
  key: string;
  databaseKey: DatabaseKey;
  /** As models write it. */
  logical: string;
  comment: string;
}

export interface Warehouse {
  key: string;
  name: string;
  size: WarehouseSize;
  autoSuspend: number;
  statementTimeout: number;
  queueTimeout: number;
  minClusters: number;
  maxClusters: number;
  /** Absent in the standard edition, which has none. */
  queryAcceleration?: { enabled: boolean; maxScaleFactor: number };
  /** Physical name of its resource monitor. */
  monitor?: string;
  comment: string;
  /** Of one that was on the account before: what else it was found with, and which parameters are its own. */
  adopted?: {
    autoResume: boolean;
    scalingPolicy: "STANDARD" | "ECONOMY";
    parameters: AdoptedParameters;
  };
}

export interface Monitor {
  key: string;
  name: string;
  credits: number;
  frequency: string;
  notify: number[];
  suspend: number;
  suspendImmediate: number;
  /** Guards the whole account rather than the warehouses that name it. */
  account: boolean;
  /** Was on the account before; its percentages may be 0, which is none. */
  adopted?: boolean;
}
