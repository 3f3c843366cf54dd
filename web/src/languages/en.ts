// Every word that people read here, in English. Other languages have the same names: the type says which are missing.

import type { AssistantMode, MemberRole } from "../../../src/protocol/conversation.ts";
import { reasons } from "../../../src/protocol/errors.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Preferences, Theme } from "../account/preferences.ts";
import type { SkinTone } from "../emoji/skinTone.ts";
import type { News } from "../list/list.ts";
import type { Cost } from "../live/replyStatus.ts";
import { formatsOf } from "./formats.ts";
import type { Language } from "./language.ts";

const formats = formatsOf("en");

const counted = (count: number, noun: string) => `${formats.number(count)} ${formats.form(count, { one: noun, other: `${noun}s` })}`;

/** So many of them by name. */
function some(names: readonly string[], most: number): string {
	const rest = names.length - most;
	return formats.all(rest > 0 ? [...names.slice(0, most), `${formats.number(rest)} more`] : names);
}

function unreadShort(count: number): string {
	return count >= limits.unread ? `${limits.unread - 1}+` : formats.number(count);
}
/** What is counted when somebody is erased. */
type Erased = "conversations" | "messages" | "reactions" | "deletedConversations" | "failed" | "remaining";

export const en = {
	product: "Parley",
	tabTitle: (place: string | undefined, { unread, mentions }: News) => {
		const name = place === undefined ? "Parley" : `${place} · Parley`;
		return unread === 0 ? name : `(${unreadShort(unread)})${mentions > 0 ? " @" : ""} ${name}`;
	},
	tagline: "Talk things over together, with Claude in the room.",

	// Times
	formatTime: formats.time,
	formatDay: formats.day,
	formatDayAndTime: formats.dayAndTime,
	formatWhen: formats.when,

	// Signing in
	yourName: "Your name",
	nameHint: "This is what others see beside what you say.",
	continueAsGuest: "Continue as guest",
	nameRefused: "That name is Claude's. Choose another.",
	invited: "You are invited to a conversation.",

	// The service
	unreachable: "The service cannot be reached. Check your connection and try again.",
	/** The server speaks English. */
	refusals: {},
	/** Why a reply is not simply Claude's whole answer. */
	reasons,
	unexpectedAnswer: "The service gave an answer that this page does not understand. Reload the page and try again.",
	unreachableRetrying: "The service cannot be reached. Trying again…",
	tryAgain: "Try again",
	home: "All conversations",
	broken: "This page ran into a problem. What was said is safe on the server.",
	reload: "Reload",
	newVersion: "A new version is here.",

	// The list
	conversations: "Conversations",
	newConversation: "New conversation",
	untitled: (createdAt: string) => `Conversation of ${formats.date(Date.parse(createdAt))}`,
	noConversations: "Nothing here yet. Begin a conversation, then hand its link to whoever should be in it.",
	allArchived: "Everything is in the archive.",
	noneOpenTitle: "Choose a conversation, or begin one",
	noneOpenText: "People and Claude read the same words here as they are written.",
	archived: (count: number) => `Archived (${formats.number(count)})`,
	moreConversations: "Show more",
	moreFailed: "More could not be loaded. Try again",
	lastLine: (author: string, text: string) => `${author}: ${text}`,
	yourself: "You",
	youInside: "you",
	deletedLine: "Deleted message",
	nothingSaid: "Nothing said yet",
	unread: (count: number) => `${unreadShort(count)} unread`,
	unreadShort,
	mentioned: "You are mentioned",
	pinned: "Pinned",
	muted: "Muted",
	listWaiting: "Your conversations cannot be loaded just now. Trying again…",
	notChanged: "That could not be changed just now. Try again.",
	goTo: "Go to",
	goToLabel: "Go to a conversation",
	goToHint: "A title, or what you want to do",
	commands: "Commands",
	commandWith: (command: string, text: string) => `${command}: “${text}”`,
	openNow: "open",
	inArchive: "archived",
	lookingFurther: "Looking through older ones…",
	notLookedFurther: "Older conversations could not be looked through.",
	noSuchConversation: "No conversation of that name.",
	conversationMenu: (title: string) => `More about ${title}`,
	pin: "Pin to the top",
	unpin: "Unpin",
	mute: "Mute",
	unmute: "Unmute",
	archive: "Archive",
	unarchive: "Take out of the archive",
	rename: "Rename…",
	leave: "Leave…",
	deleteConversation: "Delete…",
	settingsOf: "Conversation settings",
	titleLabel: "Title",
	assistantLegend: "When Claude answers",
	assistant: {
		auto: { name: "As it fits", what: "Everything while one person is here alone with it, else who says @claude" },
		always: { name: "Always", what: "Every message" },
		mention: { name: "When it is asked", what: "Who says @claude, or answers it" },
		off: { name: "Never", what: "People are among themselves" },
	} satisfies Record<AssistantMode, { name: string; what: string }>,
	save: "Save",
	cancel: "Cancel",
	close: "Close",
	notLoadedTitle: "This could not be loaded",
	notLoaded: "Check the connection and try again. If that does not help, reload the page.",
	leaveTitle: (title: string) => `Leave “${title}”?`,
	leaveThis: "Leave this conversation?",
	leaveText: "You come back only by a new invitation. What you said stays.",
	leaveNow: "Leave",
	deleteTitle: (title: string) => `Delete “${title}”?`,
	deleteText: "Everything said in it is deleted for everybody, for good.",
	deleteNow: "Delete",
	loading: "Loading…",
	inviteSpent: "This invitation is spent, expired or revoked. Ask whoever sent it for a new link.",
	inviteUnknown: "This invitation leads nowhere: the link is not whole, or the conversation is gone. Ask whoever sent it for a new one.",
	joining: "Opening the conversation…",
	notKept: "This conversation is not on this device. It opens once you are connected; what you write waits until then.",

	// Settings
	settings: "Settings",
	theme: "Appearance",
	themes: { system: "As the device", light: "Light", dark: "Dark" } satisfies Record<Theme, string>,
	language: "Language",
	/** Each calls itself what its readers call it. */
	languages: { system: "As the device", en: "English", de: "Deutsch" } satisfies Record<Language | "system", string>,
	enterKey: "The Enter key",
	enterSends: "Sends",
	enterBreaks: "Makes a new line; Ctrl or ⌘ with it sends",
	notifications: "Notifications",
	notificationLevels: {
		off: "None",
		mentions: "When I am named or answered, by Claude too",
		all: "Everything that is not muted",
	} satisfies Record<Preferences["notifications"], string>,
	notificationsForbidden: {
		denied: "Your browser blocks notifications of this page. Allow them in its settings for this site, then reload.",
		none: "This browser does not show notifications of this page.",
	},
	notificationsOffer: "Shall we tell you when somebody names you or Claude has answered, while you look elsewhere?",
	turnOn: "Turn on",
	notNow: "Not now",
	letterKeys: "Shortcuts of a single key",
	letterKeysOn: "On",
	letterKeysOff: "Off",
	account: "You here",
	signedInAs: (name: string) => `Signed in as ${name}, a guest.`,
	changeName: "Change name…",
	changeNameTitle: "Change your name",
	changeNameText: "You are called so from now on, everywhere. What you said keeps the name under which you said it.",
	signOut: "Sign out…",
	signOutTitle: "Sign out?",
	signOutText: "A guest cannot come back: your conversations stay with the others in them, and what you have not sent yet is deleted here.",
	signOutNow: "Sign out",
	eraseMe: "Erase me…",
	eraseTitle: "Erase everything of yours?",
	eraseText:
		"What you said, your reactions and your name go from every conversation, for everybody and for good; only empty places stay. Conversations of yours go to whoever has been there longest, and are deleted where nobody else is.",
	typeYourName: (name: string) => `To go on, type your name: ${name}`,
	notYourName: "That is not your name.",
	eraseNow: "Erase",
	erased: ({ conversations, messages, reactions, deletedConversations, failed, remaining }: Record<Erased, number>) =>
		[
			...(conversations > deletedConversations
				? [
						`You are erased from ${counted(conversations - deletedConversations, "conversation")}: ${counted(messages, "message")} and ${counted(reactions, "reaction")} are gone.`,
					]
				: ["You are erased."]),
			...(deletedConversations > 0
				? [
						`${counted(deletedConversations, "conversation")} with nobody else there went whole, with everything in ${formats.form(deletedConversations, { one: "it", other: "them" })}.`,
					]
				: []),
			...(failed + remaining > 0 ? [`${counted(remaining, "conversation")} more will follow by themselves.`] : []),
		].join(" "),
	startAgain: "Begin anew",
	tokens: "Tokens for programs",
	tokensText:
		"A program that has one can read and write here in your place, under your name and the token's. You can revoke it at any time.",
	tokenName: "Name of the program",
	makeToken: "Make token",
	tokenMade: (name: string) => `The token of ${name}. It is shown this once: copy it now.`,
	tokenSecret: "Token",
	tokenUntil: (until: string) => `until ${until}`,
	revokeToken: (name: string) => `Revoke ${name}`,
	export: "Export…",
	exportTitle: (title: string) => `Export “${title}”`,
	exportAs: "As",
	formats: {
		html: { name: "A page to read", what: "HTML: opens in any browser" },
		jsonl: { name: "A file for programs", what: "JSON Lines: everything, changes in it show, can be restored elsewhere" },
	},
	saveFile: "Save file",

	// One conversation
	conversation: "Conversation",
	participants: "Participants",
	you: (name: string) => `${name} (you)`,
	hereNow: (names: readonly string[]) => `Here now: ${formats.all(names)}`,
	members: "Members",
	membersButton: (count: number | undefined) => (count === undefined ? "Members" : `Members, ${formats.number(count)}`),
	count: (count: number) => formats.number(count),
	membersTitle: (count: number) => `Members (${formats.number(count)})`,
	here: "here now",
	away: "not here now",
	roles: { owner: "Owner", member: "Member", reader: "Reader" } satisfies Record<MemberRole, string>,
	roleOf: (name: string) => `Role of ${name}`,
	findMember: "Find a member",
	noSuchMember: "Nobody of that name.",
	moreMembers: (count: number) => `And ${formats.number(count)} more: look for somebody by their name.`,
	remove: "Remove",
	removeMember: (name: string) => `Remove ${name}`,
	removeTitle: (name: string) => `Remove ${name}?`,
	removeText: "They are out at once and come back only by a new invitation. What they said stays.",
	stepDownTitle: "Give up being an owner?",
	stepDown: "Give it up",
	stepDownText: "Only another owner can make you one again.",
	invite: "Invite",
	inviteTitle: "Invite people",
	inviteLink: "Invite link",
	inviteHint: "Whoever opens this link can join.",
	inviteCopied: "Copied. Whoever opens this link can join.",
	noLink: "",
	anotherLink: "Another link",
	inviteLives: "Works for",
	inviteUses: "Lets in",
	inviteRole: "As",
	makeLink: "Make link",
	duration: (seconds: number) => formats.duration(seconds),
	people: (count: number) =>
		count === 0 ? "any number" : formats.form(count, { one: "one person", other: `${formats.number(count)} people` }),
	liveInvites: "Links that work",
	noInvites: "None lets anybody in.",
	inviteState: (role: string, uses: number, most: number | null, until: string) =>
		`${role === "reader" ? "Readers" : "Members"}, ${most === null ? `${formats.number(uses)} came in` : `${formats.number(uses)} of ${formats.number(most)} came in`}, until ${until}`,
	by: (name: string) => `By ${name}`,
	linkAbove: "the link above",
	revoke: "Revoke",
	revokeInvite: (what: string) => `Revoke: ${what}`,
	emptyTitle: "A room for talking things over",
	/** `asked`: how Claude is asked as it stands; "auto" for who is alone. */
	emptyText: (asked: AssistantMode, canInvite: boolean) =>
		`Everybody here reads the same words as they are written${asked === "off" ? "." : ", Claude's too."} ${
			{
				auto: "While you are alone, Claude answers everything; with others in the room, say @claude to ask it.",
				always: "Claude answers everything.",
				mention: "Say @claude to ask it.",
				off: "Claude does not answer here.",
			}[asked]
		}${canInvite ? " The link for others is at the top." : ""}`,
	prompts: [
		"What can you help a group of people with?",
		"Help us decide between two options: ask us what matters first.",
		"Show me a small table that compares tea and coffee.",
	],
	older: "Show earlier",
	olderLoading: "Loading earlier…",
	olderFailed: "Earlier ones could not be loaded. Try again",
	newer: "Show later",
	newerLoading: "Loading later…",
	newerFailed: "Later ones could not be loaded. Try again",
	placeLoading: "Going there…",
	placeFailed: "That place could not be loaded.",
	jumpToLatest: (count: number) => (count === 0 ? "Jump to latest" : `Jump to latest (${formats.number(count)} new)`),
	thinking: "Claude is thinking…",
	thought: "What Claude thought",
	busy: "Claude is busy. Trying again…",
	askedBy: (names: readonly string[]) => `asked by ${some(names, 3)}`,
	waitingForClaude: (names: readonly string[]) => `Waiting for Claude: ${some(names, 3)}`,
	articleLabel: (author: string, time: string, about?: string) => [author, time, ...(about === undefined ? [] : [about])].join(", "),

	// Searching
	searchHere: "Search this conversation",
	searchEverywhere: "Search everywhere",
	searchHint: "Words, or “a phrase”",
	searchResults: "Found",
	searching: "Searching…",
	found: (count: number, hasMore: boolean) =>
		count === 0 ? "Nothing found." : `${formats.number(count)}${hasMore ? " or more" : ""} found, newest first.`,
	foundPartly: (count: number) =>
		`${count === 0 ? "Nothing found" : `${formats.number(count)} found`} so far: not every conversation could be searched to its end.`,
	moreResults: "Show more",
	searchFrom: "From",
	searchWhen: "When",
	anyone: "Anyone",
	spans: { ever: "Any time", week: "Past week", month: "Past month", year: "Past year" },

	// A message
	react: "React",
	reactWith: (emoji: string) => `React with ${emoji}`,
	allEmoji: "More emoji",
	reply: "Reply",
	more: "More",
	copyText: "Copy text",
	details: "Details",
	cost: ({ model, read, cached = 0, written = 0, elapsedMs }: Cost) =>
		[
			...(model === undefined ? [] : [model]),
			...(read === undefined
				? []
				: [
						`${formats.number(read)} tokens in${cached > 0 ? ` (${formats.number(cached)} from the cache)` : ""}, ${formats.number(written)} out`,
					]),
			...(elapsedMs === undefined ? [] : [formats.seconds(elapsedMs)]),
		].join(" · "),
	copyLink: "Copy link",
	edit: "Edit",
	editOrAskAgain: "Edit, or ask again",
	regenerate: "Regenerate",
	deleteMessage: "Delete…",
	deletedMessage: "This message was deleted.",
	edited: "edited",
	reactions: "Reactions",
	reaction: (emoji: string, names: string, count: number) => `${emoji} ${names}, ${count}`,
	names: some,
	somebody: "somebody",
	versions: "Versions of this answer",
	versionOf: (at: number, all: number) => `${at}/${all}`,
	formerVersion: "Former version",
	laterVersion: "Later version",
	inAnswerTo: (name: string) => `In answer to ${name}`,
	deletedQuote: "Deleted message",
	newSince: "New since you were here",
	newAbove: (count: number, since: number | undefined, now: number) =>
		`${formats.number(count)} new${since === undefined ? "" : ` since ${formats.when(since, now)}`}`,
	markUnread: "Mark as unread from here",
	seenBy: (whom: string) => `Seen by ${whom}`,
	deleteMessageTitle: "Delete this message?",
	deleteMessageText: "It is deleted for everybody, for good. Its place stays, with nothing in it.",

	// Emoji
	emoji: "Emoji",
	findEmoji: "Find an emoji",
	noEmoji: (text: string) => `No emoji found for “${text}”.`,
	emojiNotLoaded: "The emoji could not be loaded. Check the connection and try again.",
	skinTone: "Skin tone",
	skinTones: {
		none: "Yellow",
		light: "Light",
		"medium-light": "Medium-light",
		medium: "Medium",
		"medium-dark": "Medium-dark",
		dark: "Dark",
	} satisfies Record<SkinTone, string>,
	emojiSuggestions: "Emoji of that name",

	// Writing
	replyingTo: (name: string) => `Replying to ${name}`,
	cancelReply: "Cancel the reply",
	editing: "Editing your message",
	cancelEditing: "Cancel editing",
	saveAndAskAgain: "Save and ask again",
	saving: "Saving…",
	notSaved: "There is no connection. Save it once it is back.",
	suggestions: "People to name",
	asksClaude: "answers here",
	message: "Message",
	messagePlaceholder: (hasOthers: boolean) => (hasOthers ? "Write, or ask @claude" : "Write to Claude"),
	send: "Send",
	stop: "Stop",
	tooLong: (over: number) => `Too long by ${counted(over, "character")}. Nothing of it is lost: shorten it, or send it in parts.`,
	charactersLeft: (left: number) => `${formats.number(left)} left`,
	sending: "Sending…",
	sent: "Sent",
	held: "That was a little fast: going out one by one…",
	readOnly: "You can read here, and not write.",
	waiting: "Queued. Waiting for the connection…",
	notSent: (count: number) => `${counted(count, "message")} ${formats.form(count, { one: "was", other: "were" })} not sent`,
	retryAll: "Retry all",
	discardAll: "Delete all",
	discardAllTitle: (count: number) => `Delete ${counted(count, "unsent message")}?`,
	discardAllText: "Nobody has seen them, and nothing of them is kept.",
	draft: "Draft",
	retry: "Retry",
	discard: "Delete",
	dismiss: "Dismiss",
	stopped: "Stopped here.",
	stoppedBy: (names: readonly string[]) => `Stopped by ${formats.all(names)}.`,
	wentOn: "Interrupted on the way, and gone on with.",
	typing: (names: readonly string[]) => {
		if (names.length === 0) return "";
		if (names.length > 2) return `${formats.number(names.length)} people are typing…`;
		return `${formats.all(names)} ${names.length === 1 ? "is" : "are"} typing…`;
	},

	// The connection
	connection: "Connection",
	connected: "Connected",
	connecting: "Connecting…",
	reconnecting: "Reconnecting…",
	offline: "Offline",
	ended: "Closed",
	offlineBanner: "You are offline. What you write waits here.",
	reconnectingIn: (seconds: number) => `Reconnecting in ${formats.number(seconds)} s`,
	catchingUp: "Catching up…",
	listBehind: "The list may be behind.",
	reconnectNow: "Try now",
	removed: "You are no longer in this conversation.",
	gone: "There is no such conversation, or it is not open to you.",

	// The keyboard
	skipToMessages: "Skip to the messages",
	skipToField: "Skip to the field",
	help: "Keyboard shortcuts",
	keys: { ctrl: "Ctrl", shift: "Shift", enter: "Enter", delete: "Delete", home: "Home", end: "End", tab: "Tab", escape: "Esc" },
	shortcuts: {
		everywhere: "Everywhere",
		parts: "To the next part of the page, or the one before",
		help: "This help",
		inList: "From one conversation to the next, in their list",
		close: "Close, or cancel",
		writing: "While writing",
		newLine: "New line",
		name: "Name somebody, or ask Claude",
		editLast: "Edit your last message, while the field is empty",
		atMessage: "At a message",
		move: "To another message",
		buttons: "To the buttons of the message",
	},

	// Said to screen readers
	claudeThinking: "Claude is thinking",
	claudeStillThinking: "Claude is still thinking",
	claudeAnswering: "Claude is answering",
	claudeStillAnswering: "Claude is still answering",
	claudeAnswered: "Claude answered",
	claudeStopped: "Claude was stopped",
	somebodySaid: (author: string, text: string) => `${author}: ${text}`,

	// Markdown
	code: "code",
	copy: "Copy",
	copyCode: "Copy code",
	copied: "Copied",
	copyFailed: "Could not copy",
	image: (text: string) => (text === "" ? "Image" : `Image: ${text}`),
	taskDone: "Done",
	taskOpen: "Not done",
};
