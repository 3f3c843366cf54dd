// Descriptions of fields of a person's list, of what they are notified of, and of notices. They belong to those in fields.ts.

import { limits } from "../../protocol/limits.ts";

const time = "ISO 8601, in UTC.";

const notice: Readonly<Record<string, string>> = {
	id: "The number of the audit event. Later notices have higher ones.",
	at: `When it happened. ${time}`,
	after: "The `seq` of the last message before it; 0 if there was none.",
	action: "What happened: `joined`, `left`, `removed` (by an owner) or `title_changed`. Ignore others.",
	actor: "The person who did it, with the name that they had then.",
	subject: "The person who was removed, with the name that they had then.",
	title: "The new title, if there is one.",
};
const noticeFields = Object.entries(notice).flatMap(([name, text]) => [
	[`notice.${name}`, text],
	[`notices.${name}`, text],
]);

export const listFields: Readonly<Record<string, string>> = {
	...Object.fromEntries(noticeFields),
	"ListedConversation.lastActivityAt": `The time of the newest message. Without messages, the time when the conversation was created. ${time}`,
	"ListedConversation.lastMessage": "The newest message.",
	"lastMessage.seq": "Its place in the conversation.",
	"lastMessage.author": "Its author.",
	"lastMessage.content": `The beginning of its text in one line, up to ${limits.excerpt} characters, without Markdown syntax.`,
	"lastMessage.createdAt": `When it was sent. ${time}`,
	"lastMessage.deletedAt": `When it was deleted. ${time}`,
	"ListedConversation.unread": `The number of messages by others, including Claude, that the person has not read, up to ${limits.unread}.`,
	"ListedConversation.mentions": "How many of the unread messages mention the person or quote them.",
	"ListedConversation.readUpTo": "The `seq` up to which the person has read.",
	"subscription.endpoint": "The address at the browser's push service: https, without a port, and with a public name.",
	"subscription.keys": "The keys of the subscription, in base64url.",
	"keys.p256dh": "The browser's public key.",
	"keys.auth": "The secret that the browser shares.",
	"ListedConversation.notifications":
		"Which messages notify the person: `all`, or those that are for them (`mentions`). Left out: as their settings say.",
	"ListedConversation.addressed":
		"How many of the unread messages are for the person: those of `mentions`, Claude's answers to their questions, and all that people write where there are two members.",
};
