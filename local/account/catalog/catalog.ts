import type { DuckDBConnection } from "@duckdb/node-api";
import type { Clock } from "../clock.ts";
import { type CatalogObject, type Grant, NAMESPACES, type ObjectKind, type PropsByKind } from "./model.ts";

type NewObject<K extends ObjectKind> = Omit<CatalogObject<K>, "id" | "createdOn" | "droppedOn"> &
  Partial<Pick<CatalogObject<K>, "createdOn">>;

const namespaceOf = (kind: ObjectKind): string => NAMESPACES[kind] ?? kind;
const nameKey = (parent: number, kind: ObjectKind, name: string) => `${parent}/${namespaceOf(kind)}/${name}`;
const temporaryKey = (sessionId: string, parent: number, name: string) => `${parent}/@${sessionId}/${name}`;

/** The session of a temporary table or view; undefined for any other object. */
export function temporarySession(object: CatalogObject): string | undefined {
  if (object.kind === "VIEW") return (object as CatalogObject<"VIEW">).props.sessionId;
  if (object.kind !== "TABLE") return undefined;
  const { tableKind, sessionId } = (object as CatalogObject<"TABLE">).props;
  return tableKind === "TEMPORARY" ? sessionId : undefined;
}

/** A temporary relation has a name of its own session: it may stand beside, and in front of, another one. */
function keyOf(object: CatalogObject): string {
  const sessionId = temporarySession(object);
  if (sessionId !== undefined) return temporaryKey(sessionId, object.parent, object.name);
  return nameKey(object.parent, object.kind, object.name);
}

/**
 * All objects and grants. Reads come from memory; a change is written to DuckDB in the caller's transaction and
 * reaches memory when that commits, so that after `kill -9` memory and disk agree. Changes run one at a time.
 */
export class Catalog {
  readonly #clock: Clock;
  readonly #objects = new Map<number, CatalogObject>();
  readonly #byName = new Map<string, number>();
  readonly #children = new Map<number, Set<number>>();
  readonly #grants = new Map<number, Grant>();
  readonly #grantsTo = new Map<string, Set<number>>();
  readonly #grantsOn = new Map<number, Set<number>>();
  #nextId = 1;
  #queue: Promise<void> = Promise.resolve();
  readonly #listeners: ((changed: CatalogObject[]) => void)[] = [];
  /** Grows with every committed change; caches of resolved names and compiled statements depend on it. */
  generation = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Hears of the objects of each committed change (made, altered, dropped), after memory has them. */
  onChange(listener: (changed: CatalogObject[]) => void): void {
    this.#listeners.push(listener);
  }

  async load(connection: DuckDBConnection): Promise<void> {
    const objects = await connection.runAndReadAll(
      "SELECT id, kind, parent, name, owner, comment, created_on, dropped_on, props FROM sys.object ORDER BY id",
    );
    for (const [id, kind, parent, name, owner, comment, createdOn, droppedOn, props] of objects.getRows())
      this.#applyObject({
        id: Number(id),
        kind: String(kind) as ObjectKind,
        parent: Number(parent),
        name: String(name),
        owner: owner === null ? null : Number(owner),
        comment: comment === null ? null : String(comment),
        createdOn: Number(createdOn),
        droppedOn: droppedOn === null ? null : Number(droppedOn),
        props: JSON.parse(String(props)) as PropsByKind[ObjectKind],
      });
    const grants = await connection.runAndReadAll("SELECT body FROM sys.grant_ ORDER BY id");
    for (const [body] of grants.getRows()) this.#applyGrant(JSON.parse(String(body)) as Grant);
  }

  /** The live object of that kind and name in the container. Relations share a namespace: check the result's kind. */
  find<K extends ObjectKind>(kind: K, parent: number, name: string): CatalogObject<K> | undefined {
    const id = this.#byName.get(nameKey(parent, kind, name));
    const found = id === undefined ? undefined : this.#objects.get(id);
    return found?.kind === kind ? (found as CatalogObject<K>) : undefined;
  }

  /** Whatever live object holds the name in that kind's namespace. */
  findInNamespace(kind: ObjectKind, parent: number, name: string): CatalogObject | undefined {
    const id = this.#byName.get(nameKey(parent, kind, name));
    return id === undefined ? undefined : this.#objects.get(id);
  }

  /** The session's temporary table or view of that name. */
  findTemporary(
    sessionId: string,
    parent: number,
    name: string,
  ): CatalogObject<"TABLE"> | CatalogObject<"VIEW"> | undefined {
    const id = this.#byName.get(temporaryKey(sessionId, parent, name));
    const found = id === undefined ? undefined : this.#objects.get(id);
    return found as CatalogObject<"TABLE"> | CatalogObject<"VIEW"> | undefined;
  }

  /** By id, dropped ones too. */
  get(id: number): CatalogObject | undefined {
    return this.#objects.get(id);
  }

  getAs<K extends ObjectKind>(kind: K, id: number): CatalogObject<K> | undefined {
    const found = this.#objects.get(id);
    return found?.kind === kind ? (found as CatalogObject<K>) : undefined;
  }

  /** Live objects in the container, by name. */
  list<K extends ObjectKind>(kind: K, parent: number): CatalogObject<K>[] {
    const found: CatalogObject<K>[] = [];
    for (const id of this.#children.get(parent) ?? []) {
      const object = this.#objects.get(id);
      if (object?.kind === kind && object.droppedOn === null) found.push(object as CatalogObject<K>);
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** Live objects of the kind wherever they are. */
  listAll<K extends ObjectKind>(kind: K): CatalogObject<K>[] {
    const found: CatalogObject<K>[] = [];
    for (const object of this.#objects.values())
      if (object.kind === kind && object.droppedOn === null) found.push(object as CatalogObject<K>);
    return found;
  }

  /** Dropped objects of the kind in the container, last dropped first (UNDROP, SHOW … HISTORY). */
  listDropped<K extends ObjectKind>(kind: K, parent: number): CatalogObject<K>[] {
    const found: CatalogObject<K>[] = [];
    for (const id of this.#children.get(parent) ?? []) {
      const object = this.#objects.get(id);
      if (object?.kind === kind && object.droppedOn !== null) found.push(object as CatalogObject<K>);
    }
    return found.sort((a, b) => b.droppedOn! - a.droppedOn! || b.id - a.id);
  }

  grantsTo(kind: Grant["grantee"]["kind"], id: number): Grant[] {
    return [...(this.#grantsTo.get(`${kind}/${id}`) ?? [])].map((g) => this.#grants.get(g)!);
  }

  /** Grants on an object, or future grants inside a container (scope tells which). */
  grantsOn(id: number): Grant[] {
    return [...(this.#grantsOn.get(id) ?? [])].map((g) => this.#grants.get(g)!);
  }

  allGrants(): Iterable<Grant> {
    return this.#grants.values();
  }

  /**
   * Makes one atomic change on `connection`, in a transaction of its own (a DDL statement commits). `work` may also
   * create and fill physical tables on the connection. Memory changes only after the commit.
   */
  async change<T>(connection: DuckDBConnection, work: (change: Change) => Promise<T> | T): Promise<T> {
    const before = this.#queue;
    let done!: () => void;
    this.#queue = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      await connection.run("BEGIN TRANSACTION");
      const change = new Change(this, connection, this.#clock, () => this.#nextId++);
      let result: T;
      try {
        result = await work(change);
        await change.write();
        await connection.run("COMMIT");
      } catch (error) {
        try {
          await connection.run("ROLLBACK");
        } catch {
          // DuckDB has already ended a transaction whose COMMIT failed.
        }
        throw error;
      }
      for (const object of change.objects.values()) this.#applyObject(object);
      for (const id of change.purged) this.#forget(id);
      for (const grant of change.grants) this.#applyGrant(grant);
      for (const id of change.revoked) this.#removeGrant(id);
      this.generation++;
      for (const callback of change.afterCommit) callback();
      const changed = [...change.objects.values()];
      for (const listener of this.#listeners) listener(changed);
      return result;
    } finally {
      done();
    }
  }

  #applyObject(object: CatalogObject): void {
    const before = this.#objects.get(object.id);
    if (before) {
      const key = keyOf(before);
      if (this.#byName.get(key) === before.id) this.#byName.delete(key);
      if (before.parent !== object.parent) this.#children.get(before.parent)?.delete(object.id);
    }
    this.#objects.set(object.id, object);
    if (object.droppedOn === null) this.#byName.set(keyOf(object), object.id);
    const siblings = this.#children.get(object.parent) ?? new Set();
    siblings.add(object.id);
    this.#children.set(object.parent, siblings);
    this.#nextId = Math.max(this.#nextId, object.id + 1);
  }

  #forget(id: number): void {
    const object = this.#objects.get(id);
    if (!object) return;
    const key = keyOf(object);
    if (this.#byName.get(key) === id) this.#byName.delete(key);
    this.#children.get(object.parent)?.delete(id);
    this.#objects.delete(id);
  }

  #applyGrant(grant: Grant): void {
    this.#grants.set(grant.id, grant);
    const to = `${grant.grantee.kind}/${grant.grantee.id}`;
    this.#grantsTo.set(to, (this.#grantsTo.get(to) ?? new Set()).add(grant.id));
    this.#grantsOn.set(grant.on.id, (this.#grantsOn.get(grant.on.id) ?? new Set()).add(grant.id));
    this.#nextId = Math.max(this.#nextId, grant.id + 1);
  }

  #removeGrant(id: number): void {
    const grant = this.#grants.get(id);
    if (!grant) return;
    this.#grants.delete(id);
    this.#grantsTo.get(`${grant.grantee.kind}/${grant.grantee.id}`)?.delete(id);
    this.#grantsOn.get(grant.on.id)?.delete(id);
  }
}

/** Collects one change. Objects are replaced whole: give a new `props`, never mutate one that was read. */
export class Change {
  readonly catalog: Catalog;
  readonly connection: DuckDBConnection;
  readonly objects = new Map<number, CatalogObject>();
  readonly purged = new Set<number>();
  readonly grants: Grant[] = [];
  readonly revoked = new Set<number>();
  readonly afterCommit: (() => void)[] = [];
  readonly now: number;
  readonly #newId: () => number;

  constructor(catalog: Catalog, connection: DuckDBConnection, clock: Clock, newId: () => number) {
    this.catalog = catalog;
    this.connection = connection;
    this.now = clock.now();
    this.#newId = newId;
  }

  create<K extends ObjectKind>(object: NewObject<K>): CatalogObject<K> {
    const made = {
      createdOn: this.now,
      ...object,
      id: this.#newId(),
      droppedOn: null,
    } as CatalogObject<K>;
    this.objects.set(made.id, made as CatalogObject);
    return made;
  }

  /** The object as this change leaves it so far; other statements may have changed it since it was looked up. */
  latest<K extends ObjectKind>(object: CatalogObject<K>): CatalogObject<K> {
    const found = this.objects.get(object.id) ?? this.catalog.get(object.id) ?? object;
    return found as unknown as CatalogObject<K>;
  }

  update<K extends ObjectKind>(
    object: CatalogObject<K>,
    fields: Partial<Pick<CatalogObject<K>, "name" | "parent" | "owner" | "comment" | "props" | "droppedOn">>,
  ): CatalogObject<K> {
    const current = this.latest(object);
    const next = { ...current, ...fields };
    this.objects.set(next.id, next as CatalogObject);
    return next;
  }

  drop(object: CatalogObject): void {
    this.update(object, { droppedOn: this.now });
  }

  /** Removes it for good (temporary objects, objects without UNDROP). */
  purge(object: CatalogObject): void {
    this.purged.add(object.id);
  }

  grant(grant: Omit<Grant, "id" | "createdOn">): Grant {
    const made: Grant = { ...grant, id: this.#newId(), createdOn: this.now };
    this.grants.push(made);
    return made;
  }

  revoke(grantId: number): void {
    this.revoked.add(grantId);
  }

  /** Writes what was collected; called by Catalog.change before its commit. */
  async write(): Promise<void> {
    if (this.objects.size > 0) {
      const statement = await this.connection.prepare(
        "INSERT OR REPLACE INTO sys.object VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      );
      for (const o of this.objects.values()) {
        if (this.purged.has(o.id)) continue;
        statement.bindBigInt(1, BigInt(o.id));
        statement.bindVarchar(2, o.kind);
        statement.bindBigInt(3, BigInt(o.parent));
        statement.bindVarchar(4, o.name);
        if (o.owner === null) statement.bindNull(5);
        else statement.bindBigInt(5, BigInt(o.owner));
        if (o.comment === null) statement.bindNull(6);
        else statement.bindVarchar(6, o.comment);
        statement.bindBigInt(7, BigInt(o.createdOn));
        if (o.droppedOn === null) statement.bindNull(8);
        else statement.bindBigInt(8, BigInt(o.droppedOn));
        statement.bindVarchar(9, JSON.stringify(o.props));
        await statement.run();
      }
      statement.destroySync();
    }
    for (const id of this.purged) await this.connection.run(`DELETE FROM sys.object WHERE id = ${id}`);
    for (const grant of this.grants) {
      const statement = await this.connection.prepare("INSERT INTO sys.grant_ VALUES ($1, $2)");
      statement.bindBigInt(1, BigInt(grant.id));
      statement.bindVarchar(2, JSON.stringify(grant));
      await statement.run();
      statement.destroySync();
    }
    for (const id of this.revoked) await this.connection.run(`DELETE FROM sys.grant_ WHERE id = ${id}`);
  }
}
