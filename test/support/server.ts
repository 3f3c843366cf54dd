// Runs a server as its own process group: starts it, reads its processor time and kills it. Must not know what it serves.
// Processor time comes from /proc, so the benchmarks run on Linux.

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

export type ServerProcess = {
	/** The id of the group, for `cpuSeconds` and `memoryBytes`. */
	group: number;
	/** Kills the whole group; resolves when its leader is gone. */
	stop(): Promise<void>;
};

/** Clock ticks a second in /proc/PID/stat; the same on every Linux that Node runs on. */
const ticksPerSecond = 100;
/** The size of a memory page, in which /proc/PID/stat counts; 4096 on most Linux systems. */
const pageBytes = 4096;

/**
 * Runs Node with `args` in a new process group and waits until a line of its output matches `ready`. `env` is added to the environment.
 * Rejects with its output if it ends before that.
 */
export function startServer(args: string[], ready: RegExp, env: Record<string, string> = {}): Promise<ServerProcess> {
	const child = spawn(process.execPath, args, {
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", ...env },
	});
	const group = child.pid;
	if (group === undefined) throw new Error(`${args[0]} could not be started.`);
	const killGroup = () => {
		try {
			process.kill(-group, "SIGKILL");
		} catch {
			// The group has ended already.
		}
	};
	process.once("exit", killGroup);
	const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	const stop = async () => {
		process.off("exit", killGroup);
		killGroup();
		await ended;
	};

	return new Promise((resolve, reject) => {
		let output = "";
		const read = (chunk: Buffer) => {
			output = (output + chunk.toString()).slice(-8192);
			if (ready.test(output)) resolve({ group, stop });
		};
		child.stdout.on("data", read);
		child.stderr.on("data", read);
		child.once("exit", () => reject(new Error(`${args.join(" ")} ended before it was ready:\n${output}`)));
	});
}

/** Seconds of processor time, user and system, that the living processes of a group have used so far. */
export function cpuSeconds(group: number): number {
	return sumOver(group, (fields) => Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The memory that the living processes of a group use. */
export function memoryBytes(group: number): number {
	return sumOver(group, (fields) => Number(fields[21])) * pageBytes;
}

function sumOver(group: number, read: (fields: string[]) => number): number {
	const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
	const all = pids.map(statFields).filter((fields) => Number(fields[2]) === group);
	return all.reduce((sum, fields) => sum + read(fields), 0);
}

/** The fields after the command's name, which may itself contain spaces and brackets: state, ppid, pgrp, … */
function statFields(pid: string): string[] {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	} catch {
		return [];
	}
}

/** Below the ports that systems give to outgoing connections, which would take a port between its choice and its use. */
const [lowestPort, highestPort] = [10_240, 32_000];

/** A port of the loopback address that nobody listens at. */
export function freePort(): Promise<number> {
	const port = randomInt(lowestPort, highestPort);
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(freePort()) : reject(error)));
		server.listen(port, () => server.close(() => resolve(port)));
	});
}
