// Runs a crowd's job in a fresh process, so that no measurement inherits another's sockets, heap or compiled code.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FanoutResult, Job, StreamResult } from "./crowd.ts";

type Report = { isMeasuring: true } | { result: unknown } | { problem: string };

const crowd = fileURLToPath(new URL("crowd.ts", import.meta.url));

export function runCrowd(job: Job & { type: "fanout" }, measuring?: () => void): Promise<FanoutResult>;
export function runCrowd(job: Job & { type: "stream" }, measuring?: () => void): Promise<StreamResult>;
/**
 * Rejects if a server refuses something or closes a socket, and after two minutes. `measuring` is called when everybody has joined and
 * what is measured begins.
 */
export function runCrowd(job: Job, measuring = () => {}): Promise<unknown> {
	return new Promise((resolve, reject) => {
		const child = fork(crowd, { signal: AbortSignal.timeout(120_000) });
		child.on("message", (report: Report) => {
			if ("isMeasuring" in report) measuring();
			else if ("result" in report) resolve(report.result);
			else reject(new Error(report.problem));
		});
		child.once("error", reject);
		child.once("exit", (code) => reject(new Error(`The crowd of ${job.room.peer} ended with ${code} and no result.`)));
		child.send(job);
	});
}
