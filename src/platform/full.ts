// What to answer where an object's storage has no room left: reading and deleting go on.

import type { Refusal } from "../protocol/refusal.ts";

/** In the words of the platform, also of an error that came from another object. */
export function isFull(error: unknown): boolean {
	return error instanceof Error && /SQLITE_FULL|database or disk is full/i.test(error.message);
}

export const full: Refusal = {
	code: "storage_full",
	text: "The storage of this is full, so nothing was stored. Delete messages and files that you no longer need.",
};

/** The result, or the refusal of what the storage has no room for. */
export function orFull<T>(act: () => T): T | Refusal {
	try {
		return act();
	} catch (error) {
		if (!isFull(error)) throw error;
		console.error("The storage is full", error);
		return full;
	}
}
