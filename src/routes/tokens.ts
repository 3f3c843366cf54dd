// Personal tokens, by which programs act for a person. Programs cannot manage them: a stolen token
// must not create its successor.

import { Hono } from "hono";
import * as v from "valibot";
import { makePersonalToken, tokenEpoch } from "../auth/personal-token.ts";
import { sha256 } from "../protocol/hash.ts";
import { limits } from "../protocol/limits.ts";
import { rangeText } from "../protocol/text/number-text.ts";
import { newTokenSchema, tokenSchema } from "../protocol/token.ts";
import { type App, bodyUpTo, readBody, refuse, respond } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const tokens = new Hono<App>();

describe("POST /me/tokens", {
	tag: "Personal tokens",
	summary: "Create a personal token",
	description:
		"Creates a token with which a program acts for the caller, within its `scopes` and `conversations`. The program cannot manage tokens, change the account, delete a conversation, set how long its messages are kept, or make, change or remove owners. The token ends with its owner's standing. The secret is shown only once; the server stores its hash.",
	access: "person",
	body: { schema: newTokenSchema, example: { name: examples.token.name } },
	answers: {
		201: {
			schema: v.object({ token: v.object({ ...tokenSchema.entries, secret: v.string() }) }),
			example: { token: { ...examples.token, secret: "parley_YW5u.b0Zc5nRz7LpAT0Yx3kQv8m" } },
		},
	},
	refuses: {
		too_many: `The caller already has ${limits.tokens} personal tokens. Revoke one first.`,
		rate_limited: "The caller has created personal tokens or changed their name too often within a minute.",
	},
	fields: {
		name: `The program's name, 1 to ${limits.username} characters. Others see it after the caller's name: *Ann (deploy bot)*. It must not look like Claude's or the service's.`,
		expiresInSeconds: "How long the token is valid, in seconds.",
		scopes:
			"What the program may do: `read` messages; `write`, which is sending and changing messages and creating conversations; `manage` members, invites and settings of conversations, but not how long messages are kept.",
		conversations: "The ids of the conversations that it may act in, or `all`.",
	},
});
tokens.post("/me/tokens", bodyUpTo(limits.bodyBytes), async (c) => {
	const identity = c.get("identity");
	const { userId, username, kind } = identity;
	const session = "session" in identity ? identity.session : undefined;
	const body = await readBody(c, newTokenSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`Give a name of 1 to ${limits.username} characters that does not look like Claude's or the service's. expiresInSeconds is ${rangeText(limits.token.seconds)}, scopes are read, write and manage, and conversations are "all" or up to ${limits.token.conversations} ids.`,
		);
	const secret = makePersonalToken(userId);
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const { name, scopes, conversations } = body;
	const token = { id: await sha256(secret), name, username, expiresAt, ownerKind: kind, session, scopes, conversations };
	const added = await c.env.USERS.getByName(userId).addToken({ ...token, epoch: await tokenEpoch(c.get("settings")) });
	return respond(c, added, (token) => ({ token: { ...token, secret } }), 201);
});

describe("GET /me/tokens", {
	tag: "Personal tokens",
	summary: "List personal tokens",
	description:
		"Lists the caller's tokens, newest first, without their secrets. Expired tokens stay in the list until the caller creates a new token.",
	access: "person",
	answers: {
		200: {
			schema: v.object({ tokens: v.array(tokenSchema) }),
			example: { tokens: [{ ...examples.token, lastUsedAt: "2026-11-24T12:00:00.000Z" }] },
		},
	},
});
tokens.get("/me/tokens", async (c) => {
	return c.json({ tokens: await c.env.USERS.getByName(c.get("identity").userId).tokens(await tokenEpoch(c.get("settings"))) });
});

describe("DELETE /me/tokens/:tokenId", {
	tag: "Personal tokens",
	summary: "Revoke a personal token",
	description:
		"Revokes the token: it is no longer accepted. Within 5 seconds, the sockets (4401) and event streams that it opened are closed.",
	access: "person",
	answers: { 204: "nothing" },
	refuses: { not_found: "The caller has no token with this id." },
});
tokens.delete("/me/tokens/:tokenId", async (c) => {
	const wasThere = await c.env.USERS.getByName(c.get("identity").userId).revokeToken(c.req.param("tokenId"));
	return wasThere ? c.body(null, 204) : refuse(c, "not_found");
});
