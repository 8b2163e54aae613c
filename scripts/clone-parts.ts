// Builds what a deployment of this clone needs and keeps it (lib/infra/app/built-once.ts), so that tests that begin at once do not each build it.
import { cloneParts } from '../lib/infra/app/clone-parts.ts';

cloneParts();
