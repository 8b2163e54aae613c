/** Time as a port, so that RTO arithmetic is tested with tables. */
export interface Clock {
  now(): Date;
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}
