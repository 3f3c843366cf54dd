// Descriptions of fields of what Claude saw for a reply. They belong to those in fields.ts.

export const memoryFields: Readonly<Record<string, string>> = {
	"messages.seq": "The message's place in the conversation.",
	"messages.changed": "Claude read other words: the message was `edited` or `deleted` since.",
	"omitted.fromSeq": "The first place of the range.",
	"omitted.toSeq": "The last place of the range.",
};
