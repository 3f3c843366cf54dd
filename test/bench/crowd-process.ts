// Runs a crowd's job in a fresh process, so that no measurement inherits another's sockets, heap or compiled code.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FanoutResult, Job, StreamResult } from "./crowd.ts";

type Outcome = { result: unknown } | { problem: string };

const crowd = fileURLToPath(new URL("crowd.ts", import.meta.url));

export function runCrowd(job: Job & { type: "fanout" }): Promise<FanoutResult>;
export function runCrowd(job: Job & { type: "stream" }): Promise<StreamResult>;
/** Rejects if a server refuses something or closes a socket, and after `seconds`. */
export function runCrowd(job: Job, seconds = 120): Promise<unknown> {
	return new Promise((resolve, reject) => {
		const child = fork(crowd, { signal: AbortSignal.timeout(seconds * 1000) });
		child.once("message", (outcome: Outcome) => ("result" in outcome ? resolve(outcome.result) : reject(new Error(outcome.problem))));
		child.once("error", reject);
		child.once("exit", (code) => reject(new Error(`The crowd of ${job.room.peer} ended with ${code} and no result.`)));
		child.send(job);
	});
}
