// Fault points of webhooks.

import { job, message, type Point } from "../point.ts";

export const webhooks: readonly Point[] = [
	// A webhook and the personal token that it depends on are in two objects.
	{
		name: "a webhook, the answer about its token",
		action: "addWebhook",
		object: "ann",
		place: { call: "addToken" },
		fault: "answer is lost",
		ends: "old",
	},
	{
		name: "a webhook, its row",
		action: "addWebhook",
		object: "conversation",
		place: { statement: /^INSERT INTO webhooks/ },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a webhook, before its row",
		action: "addWebhook",
		object: "conversation",
		place: { statement: /^INSERT INTO webhooks/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "the end of a webhook, before its row goes",
		action: "removeWebhook",
		object: "conversation",
		place: { statement: /^DELETE FROM webhooks/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "the end of a webhook, its entry in the audit",
		action: "removeWebhook",
		object: "conversation",
		place: { statement: /^INSERT INTO audit/ },
		fault: "fails",
		ends: "old",
	},
	{
		name: "the end of a webhook, before that of its token",
		action: "removeWebhook",
		object: "conversation",
		place: job,
		fault: "dies after",
		ends: "new",
	},
	{
		name: "the end of a webhook, that of its token",
		action: "removeWebhook",
		object: "ann",
		place: { call: "revokeToken" },
		fault: "fails",
		ends: "new",
	},

	// What an address is told is read from the log, and how far it has been told is stored afterwards.
	{
		name: "a webhook, the message that it is told of",
		action: "tellWebhook",
		object: "conversation",
		place: message,
		fault: "dies after",
		ends: "new",
	},
	{
		name: "a webhook, the check of its token",
		action: "tellWebhook",
		object: "ann",
		place: { call: "showToken" },
		fault: "fails",
		ends: "new",
	},
	{
		name: "a webhook, how far it has been told",
		action: "tellWebhook",
		object: "conversation",
		place: { statement: /^UPDATE webhooks SET place/ },
		fault: "fails",
		ends: "new",
	},
	{
		name: "a webhook, after it has been told",
		action: "tellWebhook",
		object: "conversation",
		place: { statement: /^UPDATE webhooks SET place/ },
		fault: "dies before",
		ends: "new",
	},

	// What comes in is a message, and its key names it.
	{
		name: "what an incoming webhook posts, before its row",
		action: "postByWebhook",
		object: "conversation",
		place: message,
		fault: "dies before",
		ends: "old",
	},
	{
		name: "what an incoming webhook posts, the answer",
		action: "postByWebhook",
		object: "conversation",
		place: { call: "post" },
		fault: "answer is lost",
		ends: "new",
	},
	{
		name: "what an incoming webhook posts, that it was used",
		action: "postByWebhook",
		object: "conversation",
		place: { statement: /^UPDATE incoming_webhooks SET used_at/ },
		fault: "fails",
		ends: "new",
	},
];
