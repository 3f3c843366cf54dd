// Remembers on this device for whom the browser is subscribed to web push.

import * as v from "valibot";
import { readStored, writeStored } from "../browser.ts";

export const pushedMark = "push";

/** `at`: when the subscription was last renewed, in ms. */
const schema = v.object({ userId: v.string(), at: v.number() });
export type Mark = v.InferOutput<typeof schema>;

export function markOf(text: string | null): Mark | undefined {
	try {
		const read = v.safeParse(schema, JSON.parse(text ?? "null"));
		return read.success ? read.output : undefined;
	} catch {
		return undefined;
	}
}

/** In ms. The service forgets a device that does not come for a month. */
const renewEvery = 12 * 3600_000;

/** True while the service knows the subscription that the browser holds: it was made with the deployment's key, and renewed in time. */
export function isCurrent({ at }: Mark, heldKey: ArrayBuffer | null | undefined, key: Uint8Array, now: number): boolean {
	return isSameKey(heldKey, key) && now - at < renewEvery;
}

export function isSameKey(heldKey: ArrayBuffer | null | undefined, key: Uint8Array): boolean {
	const bytes = new Uint8Array(heldKey ?? new ArrayBuffer(0));
	return bytes.length === key.length && bytes.every((byte, n) => byte === key[n]);
}

export function writeMark(mark: Mark | undefined): void {
	writeStored(pushedMark, JSON.stringify(mark ?? null));
}

/** True if this browser is notified of what this person gets while no page is visible. */
export function isPushed(userId: string): boolean {
	return markOf(readStored(pushedMark))?.userId === userId;
}

/** True if it is still notified of what somebody else gets, who was signed in here before. */
export function isPushedToAnother(userId: string): boolean {
	const mark = markOf(readStored(pushedMark));
	return mark !== undefined && mark.userId !== userId;
}
