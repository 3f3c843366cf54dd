// The HTTP calls of the search.

import { call, queryOf } from "../api.ts";
import { foundEverywhereSchema, foundHereSchema } from "./results.ts";

/** `from`: an author's id. `since`: an ISO 8601 time. */
export type Query = { q: string; from?: string; since?: string };

/** Searches one conversation, newest first. `before`: only messages before this place. */
export const searchIn = (token: string, id: string, query: Query, before?: number) =>
	call(
		foundHereSchema,
		"GET",
		`/conversations/${encodeURIComponent(id)}/search${queryOf({ ...query, ...(before !== undefined && { before }) })}`,
		{ token },
	);

/** Searches all conversations of the person. */
export const searchEverywhere = (token: string, query: Query) => call(foundEverywhereSchema, "GET", `/search${queryOf(query)}`, { token });
