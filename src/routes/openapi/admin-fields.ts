// Descriptions of fields of the administration. They belong to those in fields.ts.

const time = "ISO 8601, in UTC.";

const person = {
	username: "The name under which they were here last, or the id.",
	kind: "`guest`, `account` (signed in here with a provider) or `issued` (with an issuer's token).",
	firstSeenAt: `When they were here first. ${time} Absent for somebody who was suspended and was never here.`,
	lastSeenAt: `When they were here last, to the hour. ${time}`,
	suspended: "When and by whom they were suspended; `null` if they are not.",
};
const of = (owner: string, fields: Record<string, string>) =>
	Object.fromEntries(Object.entries(fields).map(([name, text]) => [`${owner}.${name}`, text]));

const purse = {
	of: "`deployment`, `people`, `guests` or `person`.",
	userId: "Id of the person, for a single one.",
	limits: "The most that may be spent in each period.",
	until: `When the limits end. ${time} Absent for limits that hold until they are changed.`,
	at: `When they were set. ${time}`,
	by: "Id of the administrator.",
};

const legal = {
	requestId: "Id of the request.",
	kind: "`delete`, `export`, `hold`, `release` or `erase`.",
	conversationId: "Id of the conversation. Absent for a request about a person.",
	userId: "Id of the person, for a request about one.",
	reason: "Why, in the administrator's words.",
	by: "Id of the administrator who made it.",
	at: `When it was made. ${time}`,
	until: `Until when it can be confirmed, and then until when the copy can be fetched. ${time}`,
	confirmed: "When and by whom it was confirmed; `null` if it was not.",
};

export const adminFields: Readonly<Record<string, string>> = {
	"suspended.at": `When it was done. ${time}`,
	"suspended.by": "Id of the administrator.",
	...of("people", person),
	...of("person", person),
	"person.sessions": "Sessions that go on. One that was never renewed is not counted.",
	"person.tokens": "Personal tokens that are accepted.",
	"person.conversations": "Conversations in their list.",
	"person.spent": "What Claude has cost for them, in dollars.",
	"person.purse": "The limits that an administrator has set for them; `null` if there are none.",
	...of("purse", purse),
	...of("purses", purse),
	"limits.usd": "Dollars.",
	"limits.period": "`day`, `month` or `total`: days and months of UTC.",
	"spent.dayUsd": "Today, in UTC.",
	"spent.monthUsd": "This month.",
	"spent.totalUsd": "In all.",
	"conversations.lastActivityAt": `When the latest message was sent, about. ${time}`,
	"conversations.members": "The number of members.",
	"conversations.messages": "The number of messages, deleted ones too.",
	"conversations.bytes": "The size of its storage.",
	"conversations.connections": "The number of open sockets.",
	"models.model": "The model.",
	"models.usd": "Dollars.",
	"models.replies": "The number of replies.",
	...of("network", {
		prefix: "The prefix.",
		until: `When the ban ends. ${time}`,
		at: `When it was done. ${time}`,
		by: "Id of the administrator.",
	}),
	...of("networks", {
		prefix: "The prefix.",
		until: `When the ban ends. ${time}`,
		at: `When it was done. ${time}`,
		by: "Id of the administrator.",
	}),
	"holds.conversationId": "Id of the conversation.",
	"holds.at": `Since when. ${time}`,
	"holds.by": "Id of the administrator who confirmed it.",
	...of("request", legal),
	...of("requests", legal),
	"confirmed.at": `When it was confirmed. ${time}`,
	"confirmed.by": "Id of the other administrator.",
	"pending.retentionDays": "The days; `null` for those of the deployment.",
	"pending.by": "Id of the administrator who has set it.",
	"pending.until": `Until when another administrator can set the same. ${time}`,
	...Object.fromEntries(
		["replies", "failures", "errors"].flatMap((list) => [
			[`${list}.name`, "The outcome, reason or code."],
			[`${list}.count`, "How often."],
		]),
	),
	"acts.id": "The number of the act. Newer acts have higher ones.",
	"acts.at": `When it was done. ${time}`,
	"acts.action":
		"What was done: `suspended`, `restored`, `ended_guests`, `limited` or `unlimited` (spending), `banned` or `unbanned` (a network), `requested`, `confirmed`, `withdrawn` or `exported` (a legal request about a conversation or a person), `held` or `released` (a conversation), `listed_people` or `viewed` (a person).",
	"acts.actor": "Id of the administrator.",
	"acts.subject": "The person, conversation or network that it was done to.",
};
