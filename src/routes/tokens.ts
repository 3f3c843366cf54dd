// The tokens by which programs speak for a person. A program has no say in them: one that is stolen must not make its own successor.

import { Hono } from "hono";
import * as v from "valibot";
import { makePersonalToken } from "../auth/personal-token.ts";
import { sha256 } from "../protocol/hash.ts";
import { limits } from "../protocol/limits.ts";
import { rangeText } from "../protocol/number-text.ts";
import { newTokenSchema, tokenSchema } from "../protocol/token.ts";
import { type App, answer, bodyUpTo, pass, readBody, refuse, refuseProgram } from "./http.ts";
import { describe } from "./operation.ts";

export const tokens = new Hono<App>();

describe("POST /me/tokens", {
	is: "A token for a program that is to speak for you. Its secret is shown this once.",
	body: newTokenSchema,
	answers: { 201: v.object({ token: v.object({ ...tokenSchema.entries, secret: v.string() }) }) },
	refuses: ["forbidden", "too_many", "rate_limited"],
});
tokens.post("/me/tokens", bodyUpTo(limits.bodyBytes), async (c) => {
	const { userId, username } = c.get("identity");
	const refused = refuseProgram(c) ?? (await pass(c, "TOKENS", userId));
	if (refused) return refused;
	const body = await readBody(c, newTokenSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`Give a name of 1 to ${limits.username} characters. expiresInSeconds is ${rangeText(limits.token.seconds)}.`,
		);
	const secret = makePersonalToken(userId);
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const added = await c.env.USERS.getByName(userId).addToken({ id: await sha256(secret), name: body.name, username, expiresAt });
	return answer(c, added, (token) => ({ token: { ...token, secret } }), 201);
});

describe("GET /me/tokens", {
	is: "Your personal tokens, newest first.",
	answers: { 200: v.object({ tokens: v.array(tokenSchema) }) },
	refuses: ["forbidden"],
});
tokens.get("/me/tokens", async (c) => {
	return refuseProgram(c) ?? c.json({ tokens: await c.env.USERS.getByName(c.get("identity").userId).tokens() });
});

describe("DELETE /me/tokens/:tokenId", {
	is: "Revokes a personal token, and closes what it opened.",
	answers: { 204: "nothing" },
	refuses: ["forbidden"],
});
tokens.delete("/me/tokens/:tokenId", async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const wasThere = await c.env.USERS.getByName(c.get("identity").userId).revokeToken(c.req.param("tokenId"));
	return wasThere ? c.body(null, 204) : refuse(c, "not_found");
});
