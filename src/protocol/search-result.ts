// The results of a search, on the wire.

import * as v from "valibot";
import { countSchema, messageSchema } from "./message.ts";
import { idSchema, personSchema } from "./person.ts";

export const searchResultSchema = v.object({
	message: messageSchema,
	/** A part of the text around the first match, as one line; `…` stands for text that is left out. */
	snippet: v.string(),
	/** The matches in the snippet: start and end of each, in UTF-16 units. */
	highlights: v.array(v.tuple([countSchema, countSchema])),
});

/** A result of a search in all of one's conversations. */
export const anySearchResultSchema = v.object({ conversationId: idSchema, ...searchResultSchema.entries });

/** A member of one of one's conversations whose name was searched for. */
export const foundPersonSchema = v.object({ conversationId: idSchema, ...personSchema.entries });

export type SearchResult = v.InferOutput<typeof searchResultSchema>;
export type AnySearchResult = v.InferOutput<typeof anySearchResultSchema>;
export type FoundPerson = v.InferOutput<typeof foundPersonSchema>;
