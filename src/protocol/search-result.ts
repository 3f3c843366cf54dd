// What a search finds, as it is described on the wire.

import * as v from "valibot";
import { countSchema, messageSchema } from "./message.ts";
import { idSchema } from "./person.ts";

export const foundSchema = v.object({
	message: messageSchema,
	/** A piece of its text around the first match, on one line; `…` where there is more. */
	snippet: v.string(),
	/** Where in the snippet is what was asked for: start and end, in UTF-16 units. */
	highlights: v.array(v.tuple([countSchema, countSchema])),
});

/** The same, in whichever conversation. */
export const foundAnywhereSchema = v.object({ conversationId: idSchema, ...foundSchema.entries });

export type Found = v.InferOutput<typeof foundSchema>;
export type FoundAnywhere = v.InferOutput<typeof foundAnywhereSchema>;
