// Changes of a conversation's membership as Claude reads them, on the wire.

import * as v from "valibot";
import { countSchema } from "../message.ts";
import { idSchema } from "../person.ts";

export const memberChangeSchema = v.object({
	/** The `seq` of the last message before it. */
	after: countSchema,
	change: v.picklist(["joined", "left", "removed", "renamed"]),
	userId: idSchema,
	/** As they were called then. */
	username: v.string(),
	/** Their name before: they were renamed. */
	formerName: v.optional(v.string()),
});

/** `at`: in ms. */
export type MemberChange = v.InferOutput<typeof memberChangeSchema> & { at: number };
