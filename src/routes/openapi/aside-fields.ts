// Descriptions of the fields of asides. They belong to those in fields.ts.

/** Fields that mean the same wherever they appear. */
export const commonAsideFields: Readonly<Record<string, string>> = {
	sharedBy: "The person who asked for this answer in private and shared it. It is no reply to a question of the conversation.",
	aside: "The private question and its answer.",
	asides: "The private questions with their answers, newest first.",
	asideId: "Id of the aside.",
	after: "The `seq` of the last message that Claude reads for it.",
	follows: "Id of an aside of the same person that the question follows up: Claude reads it, too.",
	question: "The private question.",
};

export const asideFields: Readonly<Record<string, string>> = {
	"chat:ask-privately.clientId":
		"An id that the sender chose for this question. One that is resent with the same `clientId` is asked only once.",
	"chat:share.clientId": "An id that the sender chose for the message that the question becomes.",
	"chat:aside-tool.index": "The index of the tool in the aside's `tools`.",
	"chat:aside-source.index": "The index of the source in the aside's `sources`.",
	"chat:aside-source.citation": "A passage that rests on the source. Absent for a page that Claude has read.",
	"aside.id": "Id of the aside.",
	"aside.clientId": "The `clientId` of the question.",
	"aside.content": "Claude's answer, in Markdown.",
};
