/**
 * From 1.29 on, ONNX Runtime's builds for Linux and macOS report what they run to their maker (names and hashes of models, machine,
 * operators), unless told not to before the first session: they connect to the internet, leave `mat-debug-<pid>.log` in the folder for temporary
 * files and a database in the home folder, and their thread may still run when the process ends, which then crashes.
 *
 * To be called before the first session is made. Only the main thread can change the environment that native code sees; so it is also
 * called before a worker thread is started. `ORT_DISABLE_TELEMETRY` set by the user stays as it is.
 */
export function turnReportsOff(): void {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
}
