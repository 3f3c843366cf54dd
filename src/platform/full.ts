// What to answer where an object's storage has no room left: reading and deleting go on.

import type { Refusal } from "../protocol/refusal.ts";

/** In the words of the platform, also of an error that came from another object. */
export function isFull(error: unknown): boolean {
	return error instanceof Error && /SQLITE_FULL|database or disk is full/i.test(error.message);
}

/** The refusal of what the storage has no room for; `undefined` for any other error. */
export function refusalIfFull(error: unknown): Refusal | undefined {
	if (!isFull(error)) return undefined;
	console.error("The storage is full", error);
	return {
		code: "storage_full",
		text: "The storage of this is full, so nothing was stored. Delete messages and files that you no longer need.",
	};
}

/** The result, or the refusal of what the storage has no room for. */
export function orFull<T>(act: () => Promise<T>): Promise<T | Refusal>;
export function orFull<T>(act: () => T): T | Refusal;
export function orFull<T>(act: () => T | Promise<T>): T | Refusal | Promise<T | Refusal> {
	try {
		const result = act();
		return result instanceof Promise ? result.catch(refused) : result;
	} catch (error) {
		return refused(error);
	}
}

function refused(error: unknown): Refusal {
	const refusal = refusalIfFull(error);
	if (!refusal) throw error;
	return refusal;
}
