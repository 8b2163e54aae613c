// Loaded into every function and task of the emulated account (NODE_OPTIONS=--import): names the door in a header of
// each request it sends, so that the front can record who asked for what.
import { subscribe } from 'node:diagnostics_channel';

const door = process.env.AWS_LAMBDA_FUNCTION_NAME ?? process.env.RESTORE_DRILL_DOOR;

if (door !== undefined)
  subscribe('http.client.request.created', ({ request }) => {
    request.setHeader('x-door', door);
  });
