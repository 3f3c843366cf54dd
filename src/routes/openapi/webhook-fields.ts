// The descriptions of the fields of webhooks.

const time = "ISO 8601, in UTC.";

const fields = {
	id: "Id of the webhook.",
	url: "The address that is told: https, on the usual port of a host with a public name. Of an incoming webhook: the address to post to, which only the response to its creation contains.",
	events:
		"What it is told of. `message.sent`: somebody, or a program, has sent a message. `message.changed`: a message was edited, regenerated, pinned or reacted to. `message.deleted`. `reply.completed`: a reply of Claude's has ended, whatever its `status`. `member.joined`, `member.changed` (the role) and `member.left`.",
	createdBy: "Id of the owner who made it.",
	createdAt: `When it was made. ${time}`,
	status:
		"`active`; `failing`: its last request did not arrive, and `nextTryAt` says when it is tried again; `broken`: it was given up, until a ping arrives.",
	lastSuccessAt: `When a request last arrived. ${time}`,
	lastFailure: "The last request that did not arrive.",
	nextTryAt: `When it is tried again. ${time}`,
	name: "The name of the program. Others see it after the creator's name.",
	asksClaude: "Whether what is posted by it may ask Claude. The creator pays for that.",
	lastUsedAt: `When something was last posted by it, exact to the hour. ${time}`,
};

const failure = {
	reason:
		"`status`: it answered with another status than 2xx. `redirect`: it answered with a redirect, which is not followed. `gone`: it answered 410. `timeout`: it did not answer within 10 seconds. `unreachable`. `maker`: its creator is no longer an owner, or is suspended. `internal`: the failure is the service's.",
	status: "The status that it answered with.",
};

const of = (owner: string, described: Record<string, string>) =>
	Object.fromEntries(Object.entries(described).map(([field, text]) => [`${owner}.${field}`, text]));

export const webhookFields: Readonly<Record<string, string>> = {
	...of("webhook", { ...fields, secret: "The key of the signatures. Only this response contains it." }),
	...of("webhooks", fields),
	...of("lastFailure", { at: `When it did not. ${time}`, ...failure }),
	...of("failure", failure),
};

/** Those of requests and responses themselves, and of their addresses. */
export const requestFields = {
	webhookId: "Id of the webhook.",
	webhook: "The webhook.",
	webhooks: "The webhooks, the oldest first.",
	url: fields.url,
	events: `${fields.events} Without it, everything.`,
	failure: "Why the ping did not arrive.",
	delivered: "Whether the ping arrived.",
	name: fields.name,
	asksClaude: fields.asksClaude,
};
