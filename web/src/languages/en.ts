// Every text that the page shows, in English. Other languages have the same names: their type
// reports which are missing.

import type { AssistantMode, MemberRole } from "../../../src/protocol/conversation.ts";
import { reasons } from "../../../src/protocol/errors.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Preferences, Theme } from "../account/preferences.ts";
import type { SkinTone } from "../emoji/skinTone.ts";
import type { News } from "../list/list.ts";
import type { Period } from "../list/periods.ts";
import type { Cost } from "../live/replyStatus.ts";
import { formatsOf } from "./formats.ts";

const formats = formatsOf("en");

const counted = (count: number, noun: string) => `${formats.number(count)} ${formats.form(count, { one: noun, other: `${noun}s` })}`;

/** At most this many by name, and how many more there are. */
function some(names: readonly string[], most: number): string {
	const rest = names.length - most;
	return formats.all(rest > 0 ? [...names.slice(0, most), `${formats.number(rest)} more`] : names);
}

function unreadShort(count: number): string {
	return count >= limits.unread ? `${limits.unread - 1}+` : formats.number(count);
}

/** The counts that the server reports after an erasure. */
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
	signInWith: (name: string) => `Sign in with ${name}`,
	signInHere: "Sign in",
	or: "or",
	continueAs: (name: string) => `Continue as ${name}`,
	nobodySignsIn: "Nobody can sign in here yet. Ask whoever runs this service.",
	yourName: "Your name",
	nameHint: "Others see this name next to your messages.",
	/** `canStay`: the settings have ways to keep an account. */
	guestLoses: (canStay: boolean) =>
		`Only this browser knows a guest. If you sign out or clear its data, you cannot get back to your conversations${canStay ? ", unless you have added another way to sign in in the settings." : "."}`,
	continueAsGuest: "Continue as guest",
	nameRefused: "That name is not available. Choose another.",
	invited: "You have been invited to a conversation.",

	// The service
	unreachable: "The service cannot be reached. Check your connection and try again.",
	/** Empty: the server's own sentences are English. */
	refusals: {},
	/** Why a reply is not complete. */
	reasons,
	unexpectedAnswer: "The service sent a response that this page does not understand. Reload the page and try again.",
	unreachableRetrying: "The service cannot be reached. Trying again…",
	tryAgain: "Try again",
	home: "All conversations",
	broken: "Something went wrong on this page. Your messages are safe on the server.",
	reload: "Reload",
	newVersion: "A new version is available.",

	// The list
	conversations: "Conversations",
	newConversation: "New conversation",
	untitled: (createdAt: string) => `Conversation from ${formats.date(Date.parse(createdAt))}`,
	noConversations: "No conversations yet. Write the first message, then invite the people you want in it.",
	allArchived: "All your conversations are archived.",
	homeTitle: "Start a conversation",
	homeText: "Claude replies to what you write. You can invite others to it at any time.",
	promptsTitle: "Ideas to begin with",
	period: (period: Period, now: number) =>
		period.type === "month"
			? formats.month(period.start, now)
			: { pinned: "Pinned", today: "Today", yesterday: "Yesterday", week: "Previous 7 days", days: "Previous 30 days" }[period.type],
	archived: (count: number) => `Archived (${formats.number(count)})`,
	moreConversations: "Show more",
	moreFailed: "Could not load more. Try again",
	lastLine: (author: string, text: string) => `${author}: ${text}`,
	yourself: "You",
	youInside: "you",
	/** Where the name stands alone or is the subject. */
	youAlone: "you",
	deletedLine: "Deleted message",
	/** Stopped or failed before its first word. */
	noReply: "no reply",
	nothingSaid: "No messages yet",
	unread: (count: number) => `${unreadShort(count)} unread`,
	unreadShort,
	mentioned: "You were mentioned",
	pinned: "Pinned",
	muted: "Muted",
	listWaiting: "Your conversations cannot be loaded right now. Trying again…",
	notChanged: "The change could not be saved. Try again.",
	goTo: "Go to",
	goToLabel: "Go to a conversation",
	goToHint: "A title or a command",
	commands: "Commands",
	commandWith: (command: string, text: string) => `${command}: “${text}”`,
	openNow: "open",
	inArchive: "archived",
	lookingFurther: "Searching older conversations…",
	notLookedFurther: "Older conversations could not be searched.",
	noSuchConversation: "No conversation has that title.",
	conversationMenu: (title: string) => `Options for ${title}`,
	pin: "Pin to the top",
	unpin: "Unpin",
	mute: "Mute",
	unmute: "Unmute",
	archive: "Archive",
	unarchive: "Unarchive",
	rename: "Rename…",
	leave: "Leave…",
	deleteConversation: "Delete…",
	settingsOf: "Conversation settings",
	titleLabel: "Title",
	assistantLegend: "When Claude replies",
	assistant: {
		auto: { name: "Automatic", what: "To every message while one person is alone with Claude, otherwise when mentioned or replied to" },
		always: { name: "Always", what: "To every message" },
		mention: { name: "When mentioned", what: "To messages that mention @claude or reply to Claude" },
		off: { name: "Never", what: "Only people write here" },
	} satisfies Record<AssistantMode, { name: string; what: string }>,
	save: "Save",
	cancel: "Cancel",
	close: "Close",
	notLoadedTitle: "This could not be loaded",
	notLoaded: "Check your connection and try again. If that does not help, reload the page.",
	leaveTitle: (title: string) => `Leave “${title}”?`,
	leaveText: "You need a new invitation to come back. Your messages stay.",
	leaveNow: "Leave",
	deleteTitle: (title: string) => `Delete “${title}”?`,
	deleteText: "Everything in it is permanently deleted for everyone.",
	deleteNow: "Delete",
	loading: "Loading…",
	inviteSpent: "This invite has been used up, has expired or was revoked. Ask the person who sent it for a new link.",
	inviteUnknown:
		"This invitation does not work: the link is incomplete, or the conversation no longer exists. Ask the person who sent it for a new link.",
	joining: "Opening the conversation…",
	notKept: "This conversation is not stored on this device. It opens once you are connected; messages you write now are sent then.",

	// Settings
	settings: "Settings",
	theme: "Appearance",
	themes: { system: "System", light: "Light", dark: "Dark" } satisfies Record<Theme, string>,
	density: "Density",
	densities: { comfortable: "Comfortable", compact: "Compact" },
	language: "Language",
	languageOfDevice: "System",
	enterKey: "Enter key",
	enterSends: "Sends the message",
	enterBreaks: "Starts a new line; Ctrl+Enter or ⌘+Enter sends",
	notifications: "Notifications",
	notificationLevels: {
		off: "None",
		mentions: "Mentions, direct messages and replies to me, including Claude's",
		all: "All messages, except in muted conversations",
	} satisfies Record<Preferences["notifications"], string>,
	notificationsForbidden: {
		denied: "Your browser blocks notifications from this page. Allow them in its settings for this site, then reload.",
		none: "This browser cannot show notifications from this page.",
	},
	notificationsOffer: "Get a notification when someone mentions you or Claude replies while you are elsewhere?",
	turnOn: "Turn on",
	notNow: "Not now",
	letterKeys: "Single-key shortcuts",
	letterKeysOn: "On",
	letterKeysOff: "Off",
	account: "Account",
	signedInAsAccount: (name: string) => `Signed in as ${name}.`,
	signedInAs: (name: string) => `Signed in as ${name} (guest).`,
	changeName: "Change name…",
	changeNameTitle: "Change your name",
	changeNameText: "The new name is used everywhere from now on. Messages you have already sent keep the old one.",
	signOut: "Sign out…",
	eraseMe: "Erase my data…",
	eraseTitle: "Erase all your data?",
	eraseText:
		"Your messages, reactions and name are permanently removed from every conversation, for everyone; only empty placeholders stay. A conversation that only you own goes to the member who has been there longest, or is deleted if nobody else is in it.",
	typeYourName: (name: string) => `To confirm, type your name: ${name}`,
	notYourName: "That is not your name.",
	eraseNow: "Erase",
	erased: ({ conversations, messages, reactions, deletedConversations, failed, remaining }: Record<Erased, number>) =>
		[
			...(conversations > deletedConversations
				? [
						`You have been erased from ${counted(conversations - deletedConversations, "conversation")}: ${counted(messages, "message")} and ${counted(reactions, "reaction")} are gone.`,
					]
				: ["You have been erased."]),
			...(deletedConversations > 0
				? [
						`${counted(deletedConversations, "conversation")} with nobody else in ${formats.form(deletedConversations, { one: "it was", other: "them were" })} deleted.`,
					]
				: []),
			...(failed + remaining > 0 ? [`${counted(remaining, "more conversation")} will follow automatically.`] : []),
		].join(" "),
	startAgain: "Start again",
	notificationsHere: "Notifications…",
	export: "Export…",
	exportTitle: (title: string) => `Export “${title}”`,
	exportAs: "Format",
	formats: {
		html: { name: "Web page", what: "HTML, to read in any browser" },
		jsonl: { name: "Data file", what: "JSON Lines: all messages, shows tampering, can be imported elsewhere" },
		tar: { name: "Data file with pictures and files", what: "The same in an archive (tar), with every file" },
	},
	saveFile: "Save file",

	// One conversation
	conversation: "Conversation",
	participants: "Participants",
	you: (name: string) => `${name} (you)`,
	hereNow: (names: readonly string[]) => `Here now: ${formats.all(names)}`,
	countHere: (count: number) => `${formats.number(count)} here now`,
	members: "Members",
	membersButton: (count: number | undefined) => (count === undefined ? "Members" : `Members, ${formats.number(count)}`),
	count: (count: number) => formats.number(count),
	membersTitle: (count: number) => `Members (${formats.number(count)})`,
	here: "here now",
	away: "not here now",
	roles: { owner: "Owner", member: "Member", reader: "Reader" } satisfies Record<MemberRole, string>,
	roleOf: (name: string) => `Role of ${name}`,
	findMember: "Find a member",
	noSuchMember: "No member has that name.",
	moreMembers: (count: number) => `${formats.number(count)} more. Search by name to find them.`,
	remove: "Remove",
	removeMember: (name: string) => `Remove ${name}`,
	removeTitle: (name: string) => `Remove ${name}?`,
	removeText: "They lose access immediately and need a new invitation to come back. Their messages stay.",
	revokeUsedInvites: "Revoke the invite links they used",
	alsoBan: "Ban them: no link lets them back in",
	bans: "Banned",
	bannedOn: (time: string) => `since ${time}`,
	liftBan: "Lift ban",
	liftBanOf: (name: string) => `Lift ban: ${name}`,
	stepDownTitle: "Stop being an owner?",
	stepDown: "Step down",
	stepDownText: "Only another owner can make you an owner again.",
	invite: "Invite",
	inviteTitle: "Invite people",
	inviteLink: "Invite link",
	inviteHint: "Anyone with this link can join.",
	inviteCopied: "Copied. Anyone with this link can join.",
	noLink: "Whoever has a link can join until it expires or you revoke it.",
	anotherLink: "New link",
	inviteLives: "Valid for",
	inviteUses: "Can be used by",
	makeLink: "Create link",
	duration: (seconds: number) => formats.duration(seconds),
	people: (count: number) =>
		count === 0 ? "anyone" : formats.form(count, { one: "one person", other: `${formats.number(count)} people` }),
	liveInvites: "Active links",
	noInvites: "There are no active links.",
	inviteState: (role: string, uses: number, most: number | null, until: string) =>
		`${role === "reader" ? "Readers" : "Members"}, used ${most === null ? counted(uses, "time") : `${formats.number(uses)} of ${counted(most, "time")}`}, expires ${until}`,
	by: (name: string) => `Created by ${name}`,
	linkAbove: "the link above",
	revoke: "Revoke",
	revokeInvite: (what: string) => `Revoke: ${what}`,
	emptyTitle: "A room for talking things over",
	/** `asked`: when Claude replies; "auto" only while the reader is alone. */
	emptyText: (asked: AssistantMode, canInvite: boolean) =>
		`Everyone here sees the same messages${asked === "off" ? "." : ", and Claude's replies as they are written."} ${
			{
				auto: "While you are alone, Claude replies to everything; once others join, mention @claude to ask it.",
				always: "Claude replies to every message.",
				mention: "Mention @claude to ask it.",
				off: "Claude does not reply here.",
			}[asked]
		}${canInvite ? " To bring others in, choose Invite." : ""}`,
	prompts: [
		"What can you help a group of people with?",
		"Help us decide between two options: ask us what matters first.",
		"Show me a small table that compares tea and coffee.",
	],
	older: "Show earlier messages",
	olderLoading: "Loading earlier messages…",
	olderFailed: "Could not load earlier messages. Try again",
	olderNotPrinted: "Earlier messages are missing here: they were not loaded.",
	newer: "Show later messages",
	newerLoading: "Loading later messages…",
	newerFailed: "Could not load later messages. Try again",
	newerNotPrinted: "Later messages are missing here: they were not loaded.",
	placeLoading: "Loading that message…",
	placeFailed: "That message could not be loaded.",
	jumpToLatest: (count: number) => (count === 0 ? "Jump to latest" : `Jump to latest (${formats.number(count)} new)`),
	thinking: "Claude is thinking…",
	thought: "Claude's thinking",
	busy: "Claude is busy. Trying again…",
	askedBy: (names: readonly string[]) => `asked by ${some(names, 3)}`,
	waitingForClaude: (names: readonly string[]) => `Waiting for Claude: ${some(names, 3)}`,
	waitingQuestions: "Questions waiting for Claude",
	nobodyWaits: "No question is waiting now.",
	waitingOrder: "The next reply answers all of them, in this order.",
	articleLabel: (author: string, time: string, about?: string) => [author, time, ...(about === undefined ? [] : [about])].join(", "),

	// Searching
	searchHere: "Search this conversation",
	searchEverywhere: "Search everywhere",
	searchHint: "Words or “a phrase”",
	searchResults: "Search results",
	searching: "Searching…",
	found: (count: number, hasMore: boolean) =>
		count === 0
			? "No results."
			: hasMore
				? `${formats.number(count)} or more results, newest first.`
				: `${counted(count, "result")}, newest first.`,
	foundPartly: (count: number) =>
		`${count === 0 ? "No results" : counted(count, "result")} so far. Some conversations could not be searched completely.`,
	peopleFound: "People",
	noMessagesFound: "No messages found.",
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
	readAloud: "Read aloud",
	details: "Details",
	cost: ({ usd, isAbout }: Cost) => `${isAbout ? "≈ " : ""}${formats.usd(usd)}`,
	spending: "Spending",
	cached: (share: number) => `${formats.percent(share)} cached`,
	toQuestion: "Jump to the question",
	copyLink: "Copy link",
	edit: "Edit",
	editOrAskAgain: "Edit or ask again",
	regenerate: "Regenerate",
	deleteMessage: "Delete…",
	withdraw: "Take back this question",
	askLast: "Ask it again at the end",
	pinMessage: "Pin for everyone",
	unpinMessage: "Unpin",
	pinnedBy: (names: readonly string[]) => `Pinned by ${formats.all(names)}`,
	pins: "Pinned messages",
	filesHere: "Files",
	noPins: "Nothing is pinned yet. Pin a message from its menu.",
	whatClaudeSaw: "What Claude saw",
	fork: "Fork from here…",
	deletedMessage: "This message was deleted.",
	edited: "edited",
	reactions: "Reactions",
	reaction: (emoji: string, names: string, count: number) => `${emoji} ${names}, ${count}`,
	names: some,
	somebody: "someone",
	versions: "Versions of this reply",
	versionOf: (at: number, all: number) => `${at}/${all}`,
	formerVersion: "Previous version",
	laterVersion: "Next version",
	inAnswerTo: (name: string) => `Quoted message from ${name}`,
	deletedQuote: "Deleted message",
	summarized: "Claude reads a summary of what is above",
	catchMeUp: "Catch me up",
	newSince: "New since your last visit",
	newAbove: (count: number, since: number | undefined, now: number) =>
		`${formats.number(count)} new${since === undefined ? "" : ` since ${formats.when(since, now)}`}`,
	markUnread: "Mark as unread from here",
	seenBy: (whom: string) => `Seen by ${whom}`,
	deleteMessageTitle: "Delete this message?",
	deleteMessageText: "It is permanently deleted for everyone. An empty placeholder stays.",

	// Emoji
	emoji: "Emoji",
	findEmoji: "Find an emoji",
	recentEmoji: "Recently used",
	noEmoji: (text: string) => `No emoji found for “${text}”.`,
	emojiNotLoaded: "The emoji could not be loaded. Check your connection and try again.",
	skinTone: "Skin tone",
	skinTones: {
		none: "Yellow",
		light: "Light",
		"medium-light": "Medium-light",
		medium: "Medium",
		"medium-dark": "Medium-dark",
		dark: "Dark",
	} satisfies Record<SkinTone, string>,
	emojiSuggestions: "Matching emoji",

	// Writing
	replyingTo: (name: string) => `Replying to ${name}`,
	cancelReply: "Cancel reply",
	editing: "Editing your message",
	cancelEditing: "Cancel editing",
	saveAndAskAgain: "Save and ask again",
	saving: "Saving…",
	notSaved: "There is no connection. Try again once you are connected.",
	suggestions: "People you can mention",
	asksClaude: "replies here",
	message: "Message",
	messagePlaceholder: (hasOthers: boolean) => (hasOthers ? "Message, or ask @claude" : "Message Claude"),
	/** Files, in lists and quotes. */
	photos: (count: number) => (count === 1 ? "Photo" : `${formats.number(count)} photos`),
	voiceMessage: "Voice message",
	files: (count: number) => counted(count, "file"),
	addFiles: "Add files or record",
	send: "Send",
	stop: "Stop",
	steer: "Send now and redirect Claude",
	askPrivately: "Ask Claude privately",
	onlyYouSee: "Only you will see the answer.",
	askEverybody: "Write to everybody again",
	privateQuestions: (count: number) => `Only you see this: ${counted(count, "private question")}`,
	shareAside: "Share with everybody",
	deleteAside: "Delete",
	sharedBy: (names: readonly string[]) => `shared by ${some(names, 3)}`,
	continueReply: "Continue",
	tooLong: (over: number) => `${counted(over, "character")} too long. Nothing is lost: shorten it or send it in parts.`,
	charactersLeft: (left: number) => `${formats.number(left)} left`,
	sending: "Sending…",
	sent: "Sent",
	held: "Sending one message at a time…",
	readOnly: "You can read this conversation but not write in it.",
	waiting: "Waiting for a connection…",
	notSent: (count: number) => `${counted(count, "message")} ${formats.form(count, { one: "was", other: "were" })} not sent`,
	retryAll: "Retry all",
	discardAll: "Delete all",
	discardAllTitle: (count: number) => `Delete ${counted(count, "unsent message")}?`,
	discardAllText: "Nobody has seen them, and they cannot be recovered.",
	draft: "Draft",
	retry: "Retry",
	discard: "Delete",
	dismiss: "Dismiss",
	stopped: "Stopped here.",
	stoppedBy: (names: readonly string[]) => `Stopped by ${formats.all(names)}.`,
	wentOn: "Interrupted, then continued.",
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
	offlineBanner: "You are offline. Your messages are sent once you are back online.",
	offlineHome: "You are offline. What you write is kept.",
	reconnectingIn: (seconds: number) => `Reconnecting in ${formats.number(seconds)} s`,
	unreadableServer: "This page cannot read what the server sends. Reload the page; it may be out of date.",
	replaced: "Open in too many tabs. This one is paused.",
	catchingUp: "Catching up…",
	listBehind: "This list may be out of date.",
	reconnectNow: "Try now",
	removed: "You are no longer in this conversation.",
	gone: "This conversation does not exist, or you do not have access to it.",

	// The keyboard
	skipToMessages: "Skip to the messages",
	skipToField: "Skip to the message field",
	help: "Keyboard shortcuts",
	keys: { ctrl: "Ctrl", shift: "Shift", enter: "Enter", delete: "Delete", home: "Home", end: "End", tab: "Tab", escape: "Esc" },
	shortcuts: {
		everywhere: "Everywhere",
		parts: "Next or previous part of the page",
		help: "This help",
		inList: "Next or previous conversation in the list",
		close: "Close or cancel",
		writing: "While writing",
		newLine: "New line",
		name: "Mention someone or ask Claude",
		editLast: "Edit your last message, if the field is empty",
		atMessage: "On a message",
		move: "Another message",
		buttons: "The buttons of the message",
	},

	// Announced by screen readers
	claudeThinking: "Claude is thinking",
	claudeStillThinking: "Claude is still thinking",
	claudeAnswering: "Claude is replying",
	claudeStillAnswering: "Claude is still replying",
	claudeAnswered: "Claude replied",
	claudeStopped: "Claude was stopped",
	somebodySaid: (author: string, text: string) => `${author}: ${text}`,

	// Markdown
	code: "code",
	copy: "Copy",
	copyCode: "Copy code",
	lineNumbers: "Numbers",
	wrapLines: "Wrap",
	copied: "Copied",
	copyFailed: "Could not copy",
	image: (text: string) => (text === "" ? "Image" : `Image: ${text}`),
	taskDone: "Done",
	taskOpen: "Not done",
};
