import { randomUUID } from "node:crypto";

/** A driver of a few lines: no retries, so that a test sees each failure at once. */
export class HttpClient {
  readonly #url: string;
  #token = "";

  constructor(url: string) {
    this.#url = url;
  }

  async login(user: string, password: string): Promise<void> {
    const body = await this.#post("/session/v1/login-request", {
      data: { LOGIN_NAME: user, PASSWORD: password },
    });
    this.#token = String((body["data"] as Record<string, unknown>)["token"]);
  }

  /** The session's token. */
  get token(): string {
    return this.#token;
  }

  /** Rows as arrays of text. Rejects with the account's message, or with the connection's failure. */
  async query(sqlText: string): Promise<(string | null)[][]> {
    const body = await this.#post(`/queries/v1/query-request?requestId=${randomUUID()}`, { sqlText });
    return (body["data"] as { rowset: (string | null)[][] }).rowset;
  }

  async #post(path: string, json: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(this.#url + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Snowflake Token="${this.#token}"` },
      body: JSON.stringify(json),
    });
    const body = (await response.json()) as Record<string, unknown>;
    if (body["success"] !== true) throw new Error(`${String(body["code"])}: ${String(body["message"])}`);
    return body;
  }
}
