/** One property that differs; values as JSON text, absent where the property did not exist. */
export interface FieldChange {
  path: string;
  before?: string;
  after?: string;
}
