/** A file name for any name: what is not plain is written as its code points, so that two names never meet. */
export const fileName = (name: string): string =>
  name
    .replace(/[^a-z0-9._-]/g, (sign) => `~${(sign.codePointAt(0) ?? 0).toString(16)}~`)
    .replace(/^\./, "~2e~");

/** Pages of tables and models, relative to one another. */
export const entryFile = (logical: string): string => `${fileName(logical)}.html`;
export const metricFile = (name: string): string => `${fileName(name)}.html`;
export const kpiFile = (name: string): string => `${fileName(name)}.html`;
