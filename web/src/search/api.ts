// The HTTP calls of searching.

import { call, queryOf } from "../api.ts";
import { foundEverywhereSchema, foundHereSchema } from "./results.ts";

/** `from`: one author's id. `since`: a moment, as messages have it. */
export type Query = { q: string; from?: string; since?: string };

/** What says this in a conversation, newest first; `before`: only what is older than a place. */
export const searchIn = (token: string, id: string, query: Query, before?: number) =>
	call(
		foundHereSchema,
		"GET",
		`/conversations/${encodeURIComponent(id)}/search${queryOf({ ...query, ...(before !== undefined && { before }) })}`,
		{ token },
	);

/** What says this in all conversations that one is in. */
export const searchEverywhere = (token: string, query: Query) => call(foundEverywhereSchema, "GET", `/search${queryOf(query)}`, { token });
