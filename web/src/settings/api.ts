// The HTTP calls of personal tokens.

import * as v from "valibot";
import { type PersonalToken, tokenSchema } from "../../../src/protocol/token.ts";
import { call } from "../api.ts";

export const tokensOf = (token: string) => call(v.object({ tokens: v.array(tokenSchema) }), "GET", "/me/tokens", { token });

export type NewToken = Pick<PersonalToken, "name" | "scopes" | "conversations"> & { expiresInSeconds: number };

/** The response has the secret; no later one does. */
export const makeToken = (token: string, body: NewToken) =>
	call(v.object({ token: v.object({ ...tokenSchema.entries, secret: v.string() }) }), "POST", "/me/tokens", {
		token,
		body,
	});

export const revokeToken = (token: string, id: string) => call(v.undefined(), "DELETE", `/me/tokens/${encodeURIComponent(id)}`, { token });
