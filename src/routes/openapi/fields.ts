// The descriptions of the fields and parameters in the API's document. They stand here and not in
// the schemas of `protocol/`, because the page downloads those.

import { limits } from "../../protocol/limits.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import { commonAsideFields } from "./aside-fields.ts";
import { commonFileFields } from "./file-fields.ts";
import { groupedFields } from "./grouped-fields.ts";
import { commonLinkFields } from "./link-fields.ts";
import { approvalFields, serverFields, toolFields } from "./tool-fields.ts";

const time = "ISO 8601, in UTC.";
const utf16 = "UTF-16 units, as JavaScript counts them";

/** Fields that mean the same wherever they appear. */
const common: Readonly<Record<string, string>> = {
	...commonAsideFields,
	...commonLinkFields,
	...commonFileFields,
	id: "Id of the conversation.",
	conversationId: "Id of the conversation.",
	conversation: "The conversation.",
	conversations: "The conversations.",
	title: `One line of up to ${limits.title} characters. Empty until Parley or an owner chooses one.`,
	assistant:
		"When Claude replies. `always`: to every message. `mention`: to messages that mention `@claude` or quote a reply. `auto`: like `always` while there is one member, and like `mention` with more. `off`: never.",
	models: "The models, the default first.",
	...approvalFields,
	mayAsk: "Whether the deployment lets the caller ask Claude at all.",
	servers: "The MCP servers.",
	mcp: "MCP servers whose tools Claude may use. In a list of models: all of the deployment.",
	isDefault: "Whether it replies where a conversation has chosen no other.",
	price: "In dollars per million tokens. Left out if it is unknown.",
	capabilities: "What the model can do, as far as it is known.",
	efforts: "The levels of effort that it knows. Empty if it has none.",
	images: "Whether it can see pictures.",
	documents: "Whether it can read PDFs.",
	contextTokens: "How many tokens it can read at once.",
	effort: "How thoroughly Claude works: `low` to `max`, if the model knows such levels. `null`: as the model does by itself.",
	instructions: `What Claude is asked to do in this conversation, up to ${numberText(limits.instructions)} characters. Claude reads them before every reply, and every member sees them. Empty if there are none.`,
	instructionsBy: "The owner who set or removed the instructions last.",
	asks: "Who may ask Claude: all `members` who may write, or only `owners`.",
	tools: "The tools that Claude may use.",
	webSearch: "Whether Claude may search the web.",
	webFetch: "Whether Claude may read web pages.",
	budget: "What Claude may spend in this conversation; `null` for no limit of its own.",
	usd: `Dollars, from 0 to ${numberText(limits.budgetUsd)}.`,
	period: "What the sum is for: each `day` or `month` in UTC, or the `total` of the conversation.",
	members: "Members of the conversation.",
	memberCount: "How many members the conversation has.",
	member: "The member.",
	role: "The person's role. An `owner` may do everything. A `member` may read, send and react, but not manage the conversation. A `reader` may read, and delete messages that they sent before they became a reader.",
	userId: "Id of the user: the `sub` of their access token. Claude's is `claude`.",
	username: "The name that others see.",
	byName: "The name of that administrator, if they are known here.",
	actorName: "The administrator's name, if they are known here.",
	subjectName: "The person's name, if the act concerned a person who is known here.",
	user: "The person whom the token identifies.",
	messageId: "Id of the message.",
	message: "The message.",
	messages: "The messages, oldest first.",
	content: `The text, in Markdown: up to ${numberText(limits.content)} characters. Only a message with files may have none.`,
	clientId: `An id that the sender chose for this message, up to ${limits.clientId} characters. A message that is resent with the same \`clientId\` is stored only once.`,
	replyTo: "Id of the message that this one quotes.",
	retentionDays:
		"Days after which messages are deleted, as the owners have set it; `null` in a change, and absent in a conversation, if they have not.",
	keptDays:
		"Days after which messages are deleted: the shorter of what the owners have set and the deployment's, or those that an administrator has set in their place. Absent if they are kept.",
	held: "Everything in the conversation is kept for a legal reason: nothing can be edited or deleted.",
	forkedFrom: "Forks only: the original, and the place up to which it was copied.",
	steer: "If `true`, the message asks Claude, and the running reply ends where it is: the next one begins at once and reads this message.",
	asksClaude: "For programs: asks Claude for a reply, as an `@claude` in the text does.",
	mentions: "The places in the text that mention members.",
	cursor: "Says which changes the client has received. Opaque. Pass the latest one when you reconnect.",
	"Last-Event-ID": "The `id` of the last event received. Takes precedence over `cursor`.",
	type: "The type of the event.",
	token: "The access token or personal token.",
	tokens: "The personal tokens, newest first.",
	tokenId: "Id of the personal token.",
	expiresAt: `When it expires. ${time}`,
	createdAt: `When it was created. ${time}`,
	limit: "The highest number of entries to return.",
	hasMore: "Whether there are more entries.",
	results: "The messages found, newest first.",
	partial: "Whether results may be missing: some conversations were not searched, or some results were too long to return.",
	invite: "The invite.",
	invites: "The invites.",
	inviteId: "Id of the invite.",
	revokeInvites: "`used` also revokes the invites that the member accepted, so that they cannot come back by them as somebody else.",
	ban: "The ban.",
	bans: "The bans, newest first.",
	bannedBy: "Id of the owner who banned them.",
	bannedAt: `When they were banned. ${time}`,
	maxUses: "How many people can join with the invite. If left out, any number can.",
	url: "The invite link. It leads to the web client on the origin that made the request.",
	versions: "The former versions, oldest first.",
	entries: "The audit events, newest first.",
	settings: `The settings by name: up to ${limits.settings}, each a text of up to ${limits.setting} characters, a number or a boolean.`,
	format: "`jsonl` for JSON Lines, `html` for a web page to read.",
	muted: "Whether the person muted it: clients then show no notifications of it, and leave it out of totals of unread messages.",
	pinned: "Whether the person pinned it: clients then show it before the others.",
	archived: "Whether the person archived it. Lists still include it, so that clients can show it apart.",
	status:
		"The state of the message. A reply is `streaming` until it is `complete`, `stopped` by a person, or `failed`. All other messages are `complete`.",
	reason: "Why a reply failed, is incomplete or is being retried: a code such as `overloaded`.",
	usage: "The number of Claude tokens that the reply used, summed over all attempts.",
	cost: "What all attempts of the reply cost. Absent if the price of the model is unknown.",
	thinking: `Claude's own summary of its thinking before the reply, up to ${numberText(limits.thinking)} characters.`,
	tool: "The tool as it is now.",
	sources: `The web pages that the reply cites or that Claude read for it, up to ${limits.sources}.`,
	source: "The web page.",
	citations: `The passages of the text that rest on sources, up to ${limits.citations}.`,
	stoppedBy: "The person who stopped the reply.",
	model: "The model that wrote the reply.",
	stopReason: "Why the model ended the reply, as Claude's API names it.",
	attempts: "The interruptions after which the reply was continued.",
	elapsedMs: "How long the reply took, in milliseconds.",
	reactions: "The reactions, in the order in which each emoji was first given.",
	revision: "The changes of a conversation are numbered. This is the number of the latest change to this message.",
	offset: `Position in the text, in ${utf16}.`,
	chunk: "The text to append.",
	askedBy: `The people who asked for the reply, up to ${limits.askers}.`,
	upTo: "The `seq` of the last message that was read.",
	unread: "If `true`, everything after `upTo` is unread again. Only the person's own sockets receive such an event.",
	retryAfterMs: "After how many milliseconds to try again.",
	notice: "Why Claude does not reply to what the message asks. The message is sent all the same.",
	name: "The name.",
	secret: "The token itself. Only this response contains it.",
	erased: "What was erased.",
	openapi: "The version of OpenAPI.",
	version: "The version of the service.",
	code: "For programs: one of the error codes, or the `reason` of a reply.",
	scope: "Whose budget is used up: `conversation`, `person` or `deployment`.",
	resetsAt: `When the budget is filled again. Absent if that is never. ${time}`,
};

/** The fields of objects that are alike, under the name of each. */
function sameOf(owners: string[], fields: Record<string, string>): Record<string, string> {
	const entries = owners.flatMap((owner) => Object.entries(fields).map(([name, text]) => [`${owner}.${name}`, text]));
	return Object.fromEntries(entries);
}

const usedTools = `The tools that Claude used for the reply, in order, up to ${limits.tools}.`;

/** Fields that have another meaning in one schema, event or object. */
const specific: Readonly<Record<string, string>> = {
	...groupedFields,
	"Conversation.model": "The model that replies; `null` for the deployment's default.",
	"conversation.model": "The model that replies; `null` for the deployment's default.",
	"versions.text": "The instructions. Empty where an owner removed them.",
	"versions.after": "The `seq` of the last message before them; 0 if there was none. Replies to later messages follow them.",
	"versions.at": `When they were set. ${time}`,
	"instructionsBy.at": `When they did. ${time}`,

	"models.id": "The id, for `PATCH /api/conversations/{id}`.",
	"models.name": "The name, for people.",
	"capabilities.webSearch": "Whether it can search the web.",
	"capabilities.webFetch": "Whether it can read web pages.",
	"price.input": "Input that is not read from the cache.",
	"price.output": "Output.",
	"price.cacheRead": "Input that is read from the cache.",
	"price.cacheWrite": "Input that is written to the cache for five minutes.",
	"Message.id": "Id of the message.",
	"Message.role": "`assistant` for Claude's replies, `user` for people's messages.",
	"Message.content": "The text, in Markdown. Empty once the message is deleted.",
	"Message.createdAt": `When the message was sent, or the reply began. ${time}`,
	"Message.author": "The person who sent it, or Claude. A program's name follows the name of the person it acts for: *Ann (deploy bot)*.",
	"author.program": "The program that wrote it for the person, if one did.",
	"program.name": "The name of the personal token.",
	"Message.tools": usedTools,
	"Message.seq": "Its place in the conversation: 1, 2, 3 and so on, without gaps.",
	"Message.asksClaude":
		"People's messages only: this message asked Claude for a reply. If its `seq` is above that of the running reply, the next reply answers it.",
	"Message.versions": "The number of former versions of a regenerated reply.",
	"Message.quoted": "The author and the beginning of the quoted message, as it is now.",
	"quoted.author": "The author of the quoted message.",
	"quoted.content": `The first ${limits.excerpt} characters of the quoted message. Empty once it is deleted.`,
	"quoted.seq": "The quoted message's place in the conversation.",
	"Message.editedAt": `When it was last edited. ${time}`,
	"Message.deletedAt": `When it was deleted. A deleted message keeps its place, but nothing of its text. ${time}`,
	"forkedFrom.conversationId": "Id of the original.",
	"forkedFrom.seq": "The `seq` of the last message that was copied.",
	"Message.pinned": "Who pinned it, and when. Absent if it is not pinned.",
	"pinned.userId": "Id of the person who pinned it.",
	"pinned.at": `When it was pinned. ${time}`,
	"mentions.userId": "Id of the member.",
	"mentions.offset": `Position of the \`@\` in the text, in ${utf16}.`,
	"mentions.length": `Length of the name with the \`@\`, in ${utf16}.`,
	"reactions.emoji": "The emoji.",
	"reactions.userIds": "Ids of the people who reacted with it.",
	...sameOf(["tools", "tool"], toolFields),
	...sameOf(["sources", "source"], {
		url: "The address of the page, with `http:` or `https:`.",
		title: "The page's title, or its host if it has none.",
	}),
	...sameOf(["citations", "citation"], {
		start: `Where the passage begins in \`content\`, in ${utf16}.`,
		end: `Where it ends, in ${utf16}.`,
		source: "The index of its source in `sources`.",
	}),
	...serverFields,
	"attempts.offset": `The length of the reply's text when it was interrupted, in ${utf16}.`,
	"attempts.reason": "Why it was interrupted: a code such as `overloaded`.",
	"versions.version":
		"The number of the version, counted from the first one. The oldest versions are dropped, so the list may not begin with 1.",
	"versions.content": "The text of that version.",

	"SearchResult.snippet": "The text around the first match, in one line. `…` stands for text that was left out.",
	"SearchResult.highlights": `The matches in the snippet: start and end of each, in ${utf16}.`,
	"results.snippet": "The text around the first match, in one line. `…` stands for text that was left out.",
	"results.highlights": `The matches in the snippet: start and end of each, in ${utf16}.`,

	"entries.id": "The event's number. Newer events have higher ones.",
	"entries.at": `When it happened. ${time}`,
	"entries.action":
		"What happened: `created`, `forked`, `joined`, `left`, `ended` (a membership, at its date), `removed`, `title_changed`, `banned`, `unbanned`, `invited`, `revoked` (an invite), `role_changed`, `limits_changed`, `token_refused`, `flooded`, a call of an MCP server's tool (`tool_called` without asking, `tool_allowed`, `tool_declined`, `tool_undecided`), or a changed setting for Claude: `model_changed`, `effort_changed`, `instructions_changed`, `asks_changed`, `tools_changed` or `budget_changed`.",
	"entries.actor": "Id of the user who did it.",
	"entries.subject": "Id of the user who was affected, if that is somebody else. The name of the tool for a call.",

	"invite.token": "The secret of the invite, for `POST /api/invites/{token}/accept`.",
	"invites.id": "Id of the invite. Owners use it to revoke the invite. It is not the secret and does not let anybody join.",
	"invites.createdBy": "Id of the owner who created it.",
	"invites.maxUses": "How many people can join with it; `null` for any number.",
	"invites.uses": "How many people have joined with it.",
	"invites.role": "The role of everybody who joins with it.",

	"erased.conversations": "Number of conversations that the caller was removed from.",
	"erased.messages": "Number of messages whose text was erased.",
	"erased.reactions": "Number of reactions that were removed.",
	"erased.deletedConversations": "Number of conversations that were deleted, because nobody else was in them.",
	"erased.failed": "Number of conversations that could not be reached. They are retried until they succeed, at last once a day.",
	"erased.remaining": "Number of conversations that are still to be erased in the background.",

	"Error.error": "What went wrong.",
	"error.requestId": "Only of failures: the log of the operator has more under it.",
	"error.code": "For programs: one of the error codes.",
	"error.message": "For people: what went wrong and what to do next.",

	"chat:send.role": "Always `user`.",
	"chat:send.mentions": `The member that each \`@name\` means. Needed only for names that several members share. Up to ${limits.mentions}.`,
	"chat:edit.mentions": `The member that each \`@name\` means. Needed only for names that several members share. Up to ${limits.mentions}.`,
	"chat:edit.asksAgain":
		"If `true`, Claude also replies again. Only for the latest message that asked Claude, if it is your own and Claude's reply to it has ended.",
	"chat:react.emoji": "One emoji.",
	"chat:react.on": "`true` adds the reaction, `false` removes it.",
	"chat:react.whole": "If `true`, this socket receives an extra `chat:reacted` with the complete message, before the usual one.",
	"chat:typing.isTyping": "Whether the person is typing. Send `true` again every few seconds.",
	"chat:pin.on": "`true` pins the message, `false` removes the pin.",
	"chat:auth.token": "A newer access token of the same person.",
	"chat:joined.reset":
		"`true`: discard what you have; `messages` is the newest page. `false`: `messages` holds every message added or changed since your cursor.",
	"chat:joined.messages": "The newest page, or every message added or changed since your cursor. `reset` says which.",
	"chat:joined.hasMore": "After a reset: whether there are older messages.",
	"chat:joined.participants": "The people who are connected: the first 200 of them.",
	"chat:joined.participantCount": "How many people are connected, if they are more.",
	"chat:presence.participantCount": "How many people are connected.",
	"chat:presence.participants": "Everybody who is connected, once they are few enough to be named again.",
	"chat:joined.members": `In conversations of more than ${limits.namedMembers} members: those whose names the messages need, you and owners.`,
	"chat:members.members": "All members, once they are few enough to be named again.",
	"chat:list-members.q": "Words of a name. Only members in whose names every word begins a word.",
	"chat:list-members.after": "The `next` of the page before.",
	"chat:list-members.limit": "How many members the page may have.",
	"chat:member-page.members": "The members of this page, by name.",
	"chat:member-page.next": "Where the next page begins. Left out on the last page.",
	"chat:joined.you": "Your own id and name.",
	"chat:joined.role": "Your own role.",
	"chat:joined.reads": `How far each member has read. In conversations of more than ${limits.readers} members, only how far you have.`,
	"chat:reacted.revision": "The revision of the message. If your copy has this revision or a higher one, ignore `reactions`.",
	"chat:reacted.message": "The complete message, only on a socket that asked for it with `whole`.",
	"chat:thinking.status": "Always `processing`.",
	"chat:tool.index": "The index of the tool in the message's `tools`.",
	"chat:source.index": "The index of the source in the message's `sources`.",
	"chat:source.citation": "A passage that rests on the source. Absent for a page that Claude has read.",
	"chat:busy.reason": "Why Claude accepts no request now, such as `overloaded`.",
	"chat:busy.retryAfterMs": "After how many milliseconds the server asks Claude again.",
	"chat:streaming.isComplete": "`true` in the last `chat:streaming` of a reply, whose chunk is empty.",
	"chat:user-typing.isTyping": "Whether the person is typing. Let it expire after a few seconds without a repeat.",
	"notice.error": "For people: why Claude does not reply.",
	"chat:error.error": "For people: what went wrong and what to do next.",
	"notice.code": "For programs: `budget_exceeded`, `rate_limited`, `forbidden`, `storage_full` or `unavailable`.",
	"me:conversations.conversations": "Pinned conversations first, then those with the latest activity.",
	"me:conversations.hasMore": "Whether there are more. `GET /api/conversations?before=` returns them.",
};

/** All keys, so that a test finds those that no schema uses any more. */
export const fieldKeys: readonly string[] = [...Object.keys(common), ...Object.keys(specific)];

/** The key under which a field of an object is described. */
export function fieldKeyOf(owner: string, name: string): string | undefined {
	const key = `${owner}.${name}`;
	if (Object.hasOwn(specific, key)) return key;
	return Object.hasOwn(common, name) ? name : undefined;
}

export function fieldDescription(owner: string, name: string): string | undefined {
	const key = fieldKeyOf(owner, name);
	return key === undefined ? undefined : (specific[key] ?? common[key]);
}
