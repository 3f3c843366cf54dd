// The HTTP calls of searching.

import { call, queryOf } from "../api.ts";
import { foundEverywhereSchema, foundHereSchema } from "./findings.ts";

/** What says this in a conversation, newest first; `before`: only what is older than a place. */
export const searchIn = (token: string, id: string, q: string, before?: number) =>
	call(
		foundHereSchema,
		"GET",
		`/conversations/${encodeURIComponent(id)}/search${queryOf({ q, ...(before !== undefined && { before }) })}`,
		{
			token,
		},
	);

/** What says this in all conversations that one is in. */
export const searchEverywhere = (token: string, q: string) => call(foundEverywhereSchema, "GET", `/search${queryOf({ q })}`, { token });
