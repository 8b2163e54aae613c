/**
 * pg asks which runtime it is in by `navigator`, which Node.js 20 lacks (it came with Node.js 21). Without it, pg makes a `Response` to
 * tell, and Node.js loads its whole client of HTTP for that: 55 of the 2,100 ms of our processors in a drill. Imported for its effect, before pg.
 */
const runtime = globalThis as { navigator?: { userAgent: string } };
runtime.navigator ??= { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
