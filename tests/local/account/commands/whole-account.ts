import { type Account, openAccount } from "../../../../local/account/account.ts";
import { ACCOUNT_ID } from "../../../../local/account/catalog/model.ts";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { SnowflakeError } from "../../../../local/account/errors.ts";
import type { Value } from "../../../../local/account/session/outcome.ts";
import type { Session } from "../../../../local/account/session/session.ts";

/** The whole account in memory, without its server: queries and commands in one session. */
export class WholeAccount {
  readonly account: Account;
  readonly session: Session;

  private constructor(account: Account, session: Session) {
    this.account = account;
    this.session = session;
  }

  static async open(): Promise<WholeAccount> {
    const account = await openAccount({
      dataDir: ":memory:",
      adminUser: "ADMIN",
      adminPassword: "Only-for-this-test-1",
      clock: new VirtualClock(Date.UTC(2026, 0, 15, 12)),
      threads: 1,
    });
    const whole = new WholeAccount(account, await signIn(account));
    await whole.all("create warehouse w initially_suspended = true", "create database d", "create schema s");
    return whole;
  }

  /** Another session of the same user, in the same schema. */
  async second(): Promise<WholeAccount> {
    const other = new WholeAccount(this.account, await signIn(this.account));
    await other.all("use d.s", "use warehouse w");
    return other;
  }

  /** Rows as arrays of values, whole numbers as text. */
  async rows(text: string): Promise<Value[][]> {
    const outcome = await this.account.executor.execute(this.session, text);
    const rows: Value[][] = [];
    for await (const batch of outcome.rows)
      for (const row of batch)
        rows.push(row.map((value) => (typeof value === "bigint" ? String(value) : value)));
    return rows;
  }

  async all(...texts: string[]): Promise<void> {
    for (const text of texts) await this.rows(text);
  }

  async one(text: string): Promise<Value> {
    return (await this.rows(text))[0]?.[0] ?? null;
  }

  /** `code: message` of the error that a statement must give. */
  async error(text: string): Promise<string> {
    try {
      await this.rows(text);
    } catch (error) {
      if (error instanceof SnowflakeError) return `${error.code}: ${error.message}`;
      throw error;
    }
    throw new Error(`no error: ${text}`);
  }

  close(): Promise<void> {
    return this.account.close();
  }
}

async function signIn(account: Account): Promise<Session> {
  const { session } = await account.sessions.open({
    user: account.services.catalog.find("USER", ACCOUNT_ID, "ADMIN")!,
    role: "ACCOUNTADMIN",
    warehouse: null,
    database: null,
    schema: null,
    parameters: {},
    client: { application: "test", version: "1", ip: "127.0.0.1" },
  });
  session.secondaryRoles = "NONE";
  return session;
}
