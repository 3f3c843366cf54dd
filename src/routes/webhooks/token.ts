// The personal token on which a webhook depends. A person's webhook gets one of its own, which nobody can present: it is in the list of
// their tokens, and ends as those do. A program's webhook depends on the token of the program.

import type { Context } from "hono";
import { tokenEpoch } from "../../auth/personal-token.ts";
import { sha256 } from "../../protocol/hash.ts";
import { limits } from "../../protocol/limits.ts";
import { randomSecret } from "../../protocol/random-id.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import { truncateLine } from "../../protocol/text/sanitize.ts";
import type { Scope } from "../../protocol/token.ts";
import * as webhookLimits from "../../protocol/webhooks/limits.ts";
import type { App } from "../http.ts";

type Backing = { tokenId: string; ownsToken: boolean };

/**
 * `add` stores the webhook. If it refuses, the token goes. It goes, too, if something broke off that may be stored all the same: a webhook
 * whose secret nobody was shown ends with it.
 */
export async function withToken<T extends object>(
	c: Context<App>,
	name: string,
	scope: Scope,
	add: (backing: Backing) => Promise<T | Refusal>,
): Promise<T | Refusal> {
	const identity = c.get("identity");
	if (identity.kind === "program") return add({ tokenId: identity.program.tokenId, ownsToken: false });
	// No personal token has this hash: they have another form.
	const tokenId = await sha256(`webhook ${randomSecret()}`);
	// Each time another stub: one that has failed once fails for ever.
	const owner = () => c.env.USERS.getByName(identity.userId);
	const newToken = {
		id: tokenId,
		name: truncateLine(name, limits.username),
		username: identity.username,
		expiresAt: Date.now() + webhookLimits.lifetime,
		ownerKind: identity.kind,
		epoch: await tokenEpoch(c.get("settings")),
		session: "session" in identity ? identity.session : undefined,
		scopes: [scope],
		conversations: [c.req.param("id") ?? ""],
	};
	try {
		const token = await owner().addToken(newToken);
		if ("code" in token) return token;
		const added = await add({ tokenId, ownsToken: true });
		if (isRefusal(added)) await owner().revokeToken(tokenId);
		return added;
	} catch (error) {
		await owner().revokeToken(tokenId);
		throw error;
	}
}
