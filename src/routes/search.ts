// Search in one conversation, and in all of the caller's.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { limits } from "../protocol/limits.ts";
import { idSchema } from "../protocol/person.ts";
import { isRefusal } from "../protocol/refusal.ts";
import {
	type AnySearchResult,
	anySearchResultSchema,
	type FoundPerson,
	foundPersonSchema,
	type SearchResult,
	searchResultSchema,
} from "../protocol/search-result.ts";
import { rangeText } from "../protocol/text/number-text.ts";
import { runConcurrently } from "./concurrently.ts";
import { type App, call, endOfSignIn, limitParameter, maxPlace, placeSchema, refuse, respond } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const searches = new Hono<App>();

/** Converts a time on the wire to ms. */
const momentSchema = v.pipe(
	v.string(),
	v.isoTimestamp(),
	v.transform(Date.parse),
	v.check((at) => !Number.isNaN(at)),
);

const querySchema = v.object({
	from: v.optional(idSchema),
	since: v.optional(momentSchema),
	until: v.optional(momentSchema),
	q: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(limits.search.query)),
	...limitParameter(limits.search.page),
});

const searchFields = {
	q: `The words to search for, 1 to ${limits.search.query} characters.`,
	from: "Only messages of this user. `claude` finds replies.",
	since: "Only messages sent at or after this time. ISO 8601, like `createdAt`.",
	until: "Only messages sent before this time. ISO 8601, like `createdAt`.",
};

const pagedSchema = v.object({ ...querySchema.entries, before: v.optional(placeSchema, String(maxPlace)) });

describe("GET /conversations/:id/search", {
	tag: "Search",
	summary: "Search a conversation",
	description:
		"Finds the messages that contain all words of `q`, newest first. Case and accents are ignored. Put phrases in quotation marks. The last word, and every word written as `word*`, also match longer words.",
	access: "member",
	programs: "read",
	query: pagedSchema,
	answers: {
		200: {
			schema: v.object({ results: v.array(searchResultSchema), hasMore: v.boolean(), partial: v.boolean() }),
			example: { results: [examples.found], hasMore: false, partial: false },
		},
	},
	refuses: { rate_limited: "The caller has searched or exported too often within a minute." },
	fields: {
		...searchFields,
		before: "Only messages before this `seq`.",
		hasMore: "Whether there are older results.",
		partial: "Whether results may be missing, because too many words begin with a word of `q`, or too many messages had to be compared.",
	},
	example: { q: "left" },
});
searches.get("/conversations/:id/search", async (c) => {
	const query = v.safeParse(pagedSchema, c.req.query());
	if (!query.success) return refuseQuery(c, " `before` is a message's seq.");
	const { q, before, limit, ...filter } = query.output;
	const found = await call(c, (calls) => calls.search(q, before, limit, filter));
	return respond(c, found, ({ results, hasMore, partial }) => ({ results, hasMore, partial }));
});

describe("GET /search", {
	tag: "Search",
	summary: "Search all of the caller's conversations",
	description: `Searches like \`GET /api/conversations/{id}/search\`, in up to ${limits.search.everywhere.conversations} of the caller's conversations: those with the latest activity. \`people\` has the other members of these conversations in whose names every word of \`q\` begins a word, once for each conversation: up to ${limits.search.everywhere.people}, and none if \`from\`, \`since\` or \`until\` is given.`,
	access: "token",
	programs: "read",
	query: querySchema,
	answers: {
		200: {
			schema: v.object({ results: v.array(anySearchResultSchema), people: v.array(foundPersonSchema), partial: v.boolean() }),
			example: { results: [{ conversationId: examples.conversation.id, ...examples.found }], people: [], partial: false },
		},
	},
	refuses: { rate_limited: "The caller has searched or exported too often within a minute." },
	fields: {
		...searchFields,
		people: "Members of these conversations whose names match, those of the latest conversations first.",
	},
	example: { q: "left" },
});
searches.get("/search", async (c) => {
	const { userId, program } = c.get("identity");
	const query = v.safeParse(querySchema, c.req.query());
	if (!query.success) return refuseQuery(c);
	const { q, limit, ...filter } = query.output;
	const { conversations: most, atOnce, deadline } = limits.search.everywhere;
	const { conversations, hasMore } = await c.env.USERS.getByName(userId).page(undefined, most, program?.conversations);
	const results: AnySearchResult[] = [];
	const people: FoundPerson[] = [];
	const wantsPeople = Object.keys(filter).length === 0;
	let isPartial = hasMore;
	const isComplete = await runConcurrently(
		conversations,
		async ({ id: conversationId }) => {
			const found = await call(c, (calls) => calls.search(q, maxPlace, limit, filter), conversationId);
			if (isRefusal(found)) {
				// Whoever is no longer a member misses nothing.
				isPartial ||= found.code !== "not_found";
				return;
			}
			// A page that had to end early may lack older results.
			isPartial ||= found.partial || (found.hasMore && found.results.length < limit);
			results.push(...found.results.map((result) => ({ conversationId, ...result })));
			// Keeping all results of all conversations would take too much memory.
			results.sort(byTime).splice(limit);
			// A conversation that still runs an older release looks for nobody.
			if (wantsPeople) people.push(...(found.people ?? []).map((person) => ({ conversationId, ...person })));
		},
		{ atOnce, deadline },
	);
	const refusal = await endOfSignIn(c);
	if (refusal) return refuse(c, refusal);
	const places = new Map(conversations.map(({ id }, place) => [id, place]));
	const placeOf = ({ conversationId }: FoundPerson) => places.get(conversationId) ?? 0;
	people.sort((one, other) => placeOf(one) - placeOf(other)).splice(limits.search.everywhere.people);
	return c.json({ results, people, partial: isPartial || !isComplete });
});

function byTime(one: SearchResult, other: SearchResult): number {
	return Date.parse(other.message.createdAt) - Date.parse(one.message.createdAt);
}

function refuseQuery(c: Context<App>, more = "") {
	return refuse(
		c,
		"bad_request",
		`\`q\` has 1 to ${limits.search.query} characters, \`from\` is a user's id, \`since\` and \`until\` are ISO 8601 times like \`createdAt\`, and \`limit\` is ${rangeText(limits.search.page)}.${more}`,
	);
}
