// Connects a conversation's webhooks to their addresses, and to the check of the sign-ins by which they were made.

import { isTokenAccepted } from "../../auth/identify.ts";
import { withOwnSecret } from "../../deployment/settings.ts";
import type { Settings } from "../../settings.ts";
import { deliver } from "../../webhooks/send.ts";
import { Webhooks } from "./webhooks.ts";

type Parts = Omit<ConstructorParameters<typeof Webhooks>[0], "send" | "holds" | "endToken">;

export function webhooksOf(env: Env, settings: Settings, parts: Parts): Webhooks {
	const { now } = parts;
	return new Webhooks({
		...parts,
		send: (webhook, delivery) => deliver(webhook, delivery, now()),
		holds: async ({ createdBy, tokenId }) => isTokenAccepted(createdBy, tokenId, await withOwnSecret(settings, env), env.USERS, now()),
		endToken: async (userId, tokenId) => void (await env.USERS.getByName(userId).revokeToken(tokenId)),
	});
}
