export async function init(_options: unknown): Promise<number> {
  throw new Error('in the making');
}
