/** Installs the emulator where it is not there. @returns the variables by which test/emulator finds it and its Node.js */
export function installedEmulator(): { EMULATOR_MINISTACK: string; EMULATOR_NODE: string };
