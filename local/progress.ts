/** One step of long work, as told to whoever watches: `done` of `total` in the step's own unit. */
export interface ProgressEvent {
  step: string;
  detail?: string;
  done?: number;
  total?: number;
}

export type Progress = (event: ProgressEvent) => void;
