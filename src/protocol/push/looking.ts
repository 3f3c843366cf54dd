// The only event that a client may send over a list socket: whether its page is visible.

import * as v from "valibot";

/** Nothing is pushed while one of the person's pages is visible. */
export const meClientEvents = {
	"me:looking": v.object({ type: v.literal("me:looking"), looking: v.boolean() }),
} as const;

export type MeClientEvent = v.InferOutput<(typeof meClientEvents)["me:looking"]>;

/** The event's longest form is much shorter. */
const longest = 200;
const frameSchema = v.union([v.tuple([meClientEvents["me:looking"]]), meClientEvents["me:looking"]]);

/** The event of a frame; `undefined` for anything else. */
export function readLooking(frame: unknown): MeClientEvent | undefined {
	if (typeof frame !== "string" || frame.length > longest) return undefined;
	try {
		const read = v.safeParse(frameSchema, JSON.parse(frame));
		if (!read.success) return undefined;
		return Array.isArray(read.output) ? read.output[0] : read.output;
	} catch {
		return undefined;
	}
}
