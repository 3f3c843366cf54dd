// The tokens by which programs speak for a person. A program has no say in them: one that is stolen must not make its own successor.

import { Hono } from "hono";
import { makePersonalToken } from "../auth/personal.ts";
import { newTokenSchema } from "../protocol/token.ts";
import { type App, answer, pass, readBody, refuse, refuseProgram, sha256 } from "./http.ts";

export const tokens = new Hono<App>();

tokens.post("/me/tokens", async (c) => {
	const { userId, username } = c.get("identity");
	const refused = refuseProgram(c) ?? (await pass(c, "TOKENS", userId));
	if (refused) return refused;
	const body = await readBody(c, newTokenSchema);
	if (!body) return refuse(c, "bad_request", "Give a name of 1 to 64 characters; expiresInSeconds is 60 to 31,536,000.");
	const secret = makePersonalToken(userId);
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const added = await c.env.USERS.getByName(userId).addToken({ id: await sha256(secret), name: body.name, username, expiresAt });
	return answer(c, added, (token) => ({ token: { ...token, secret } }), 201);
});

tokens.get("/me/tokens", async (c) => {
	return refuseProgram(c) ?? c.json({ tokens: await c.env.USERS.getByName(c.get("identity").userId).tokens() });
});

tokens.delete("/me/tokens/:tokenId", async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const wasThere = await c.env.USERS.getByName(c.get("identity").userId).revokeToken(c.req.param("tokenId"));
	return wasThere ? c.body(null, 204) : refuse(c, "not_found");
});
