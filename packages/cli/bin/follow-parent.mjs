/**
 * Loaded into a job that the launcher had to start as a second process: when the launcher dies, however it dies, so does
 * the job. Without it, `kill -9` of the launcher would leave the job running.
 */
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
