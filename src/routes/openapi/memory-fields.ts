// Descriptions of fields of summaries and of what Claude saw for a reply. They belong to those in fields.ts.

export const memoryFields: Readonly<Record<string, string>> = {
	"messages.seq": "The message's place in the conversation.",
	"messages.changed": "Claude read other words: the message was `edited` or `deleted` since.",
	"summary.fromSeq": "The place of the first message that it covers.",
	"summary.uptoSeq": "The place of the last message that it covers.",
	"summary.text": "The summary, in Markdown.",
	"summary.model": "The model that wrote it.",
	"summary.madeAt": "When it was made. ISO 8601, UTC.",
	"chat:joined.summary": "The place of the summary that Claude reads instead of old messages. Left out if there is none.",
	"chat:summary.summary": "The place of the summary. `null`: there is none any more.",
	"membership.change": "The person joined, left, was removed by an owner, or was renamed.",
	"membership.formerName": "The name before. Left out if the person was not renamed.",
	"omitted.fromSeq": "The first place of the range.",
	"omitted.toSeq": "The last place of the range.",
};
