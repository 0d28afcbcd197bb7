import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  spawn,
  type SpawnOptions,
} from 'node:child_process';
import { Readable } from 'node:stream';
import { PortError } from '../ports/port-error.ts';
import { traceDescriptor } from './http-answer.ts';

const killAfter = 3_000;
const maximumErrors = 65_536;

export interface GitEnd {
  readonly code: number;
  readonly stderr: string;
  /** What it told of its HTTP; its last 64 KiB. */
  readonly trace: string;
}

/** Starts a process whose three streams are pipes. */
export function start(
  args: readonly string[],
  options: SpawnOptions,
): ChildProcessWithoutNullStreams {
  const child = spawn('git', args, options);
  if (!hasStreams(child)) throw new TypeError('its streams are pipes');
  return child;
}

function hasStreams(child: ChildProcess): child is ChildProcessWithoutNullStreams {
  return child.stdin !== null && child.stdout !== null && child.stderr !== null;
}

/** Waits for the end of a process, and sees to it that there is one. */
export function ending(
  child: ChildProcessWithoutNullStreams,
  what: string,
  limit: number,
): Promise<GitEnd> {
  // A process that ended before it had read its input is judged by its exit code, not by the broken pipe.
  child.stdin.on('error', () => undefined);
  const stderr = lastOf(child.stderr);
  const told = child.stdio[traceDescriptor];
  const trace = told instanceof Readable ? lastOf(told) : () => '';
  // A gc that git leaves behind holds it open; what git itself has said is read in the next turns of the loop.
  child.on('exit', () => {
    setImmediate(() => setImmediate(() => setImmediate(() => void told?.destroy())));
  });
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end(child, 'SIGTERM');
    }, limit);
    child.on('error', (cause) => {
      clearTimeout(timer);
      const reason =
        'code' in cause && cause.code === 'ENOENT' ? 'is it installed?' : cause.message;
      reject(new PortError('unavailable', `git could not be started: ${reason}`, { cause }));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) {
        const seconds = Math.round(limit / 100) / 10;
        reject(new PortError('timeout', `could not ${what}: git took more than ${seconds} s`));
      } else {
        resolve({ code: code ?? -1, stderr: stderr(), trace: trace() });
      }
    });
  });
}

/** Reads a stream, and gives its last 64 KiB when asked. */
function lastOf(stream: Readable): () => string {
  let last = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    last = Buffer.concat([last, chunk]).subarray(-maximumErrors);
  });
  return () => last.toString('utf8');
}

/** Ends a process and the helpers it started, the hard way if the mild one does not do. */
export function end(child: ChildProcessWithoutNullStreams, signal: 'SIGTERM' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
  if (signal === 'SIGTERM') {
    const timer = setTimeout(() => end(child, 'SIGKILL'), killAfter);
    timer.unref();
    child.on('close', () => clearTimeout(timer));
  }
}
