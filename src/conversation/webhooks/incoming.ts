// Posts what comes in by an incoming webhook, as a program of whoever made it: everything that holds for programs holds for it.

import type { Identity } from "../../auth/tokens.ts";
import { orFull } from "../../platform/full.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import * as webhookLimits from "../../protocol/webhooks/limits.ts";
import { Calls } from "../calls.ts";
import type { Sent } from "../messages/sending.ts";
import type { Parts } from "../wiring.ts";

/** `asksClaude`: it is to ask Claude, which the maker of the webhook must have allowed. */
export type Posted = { content: string; clientId?: string | undefined; asksClaude?: boolean | undefined };

/** In ms. As long as the sign-in has to hold for this message. */
const moment = 60_000;

/** `network`: where it comes from. A webhook that is not in force any more is as good as unknown. */
export async function postByWebhook(parts: Parts, webhookId: string, posted: Posted, network?: string): Promise<Sent | Refusal> {
	const { id, store, webhooks, now } = parts;
	const find = () => (store.exists ? store.incomingWebhooks.find(webhookId) : undefined);
	const asked = find();
	if (!asked || !(await webhooks.isInForce(asked))) return { code: "not_found" };
	const webhook = find();
	const member = webhook && store.members.find(webhook.createdBy);
	if (!webhook || !member) return { code: "not_found" };
	if (posted.asksClaude && !webhook.asksClaude) return { code: "forbidden" };
	const { name, createdBy: userId, tokenId } = webhook;
	const isGuests = store.members.isGuest(userId);
	const identity: Identity = {
		kind: "program",
		userId,
		username: member.username,
		expiresAt: now() + moment,
		grants: [],
		...(network !== undefined && isGuests && { network }),
		program: { tokenId, name, scopes: ["write"], conversations: [id], isGuests, isWebhook: true },
	};
	const sent = await new Calls(parts, identity).say(posted, !webhook.asksClaude);
	// It is posted, even if there is no room to note that.
	if (!("code" in sent) && store.exists) orFull(() => store.incomingWebhooks.setUsed(webhookId, now(), webhookLimits.usePrecision));
	return sent;
}
