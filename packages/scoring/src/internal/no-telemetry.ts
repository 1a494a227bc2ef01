/**
 * From 1.29 on, ONNX Runtime's builds for Linux and macOS report what they run to their maker (names and hashes of models, machine,
 * operators), unless told not to before it starts: they connect to the internet, leave `mat-debug-<pid>.log` in the folder for temporary files
 * and a database in the home folder, and their thread may still run when the process ends, which then crashes. Whoever loads it imports this
 * file first. `ORT_DISABLE_TELEMETRY` set by the user stays as it is.
 *
 * Only the main thread can change the environment that native code sees; so what starts worker threads imports this too.
 */
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
