/** EX_USAGE of sysexits.h: the command was used incorrectly. */
export const usageExitCode = 64;
/** 128 + SIGINT, as shells report it; used only when not even a record could be sealed after Ctrl-C. */
export const interruptedExitCode = 130;
/** The exit code of COULD_NOT_VERIFY, and of everything else that could not run. 1 says NOT_PROVEN and nothing else. */
export const couldNotRunExitCode = 2;
