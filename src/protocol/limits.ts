// Every limit with the reason for its value. The page imports the same numbers.
// Durations are in milliseconds and sizes in UTF-16 units, unless the name says otherwise.

// Exported one by one, so that the page contains only those that it uses.
export * as limits from "./limits.ts";

/** Bytes of one text frame, checked before it is parsed. The longest message fits even in its longest escaping, six bytes a unit. */
export const frameBytes = 1024 * 1024;
/** Events in one frame. A client that sends its outbox after a long absence stays far below this. */
export const eventsPerFrame = 256;
/** A message's text. A long paste fits; longer ones belong in a file, and a prompt would hold only a few of them. */
export const content = 100_000;
/** Any id on the wire. OpenID Connect allows a `sub` of 255 characters. */
export const id = 255;
/** The name beside each message. Claude reads it too, in the message's envelope. */
export const username = 64;
/** A title is one line in a header. `generatedTitle` is for titles that the service chooses. */
export const title = 200;
export const generatedTitle = 60;
/**
 * The instructions of a conversation. They are part of every prompt: about 2,700 tokens of English. `instructionsVersions`: former
 * ones that are kept.
 */
export const instructions = 8_000;
export const instructionsVersions = 50;
/** Bytes of a change of a conversation: the longest instructions in their longest escaping, six bytes a unit. */
export const settingsBodyBytes = 64 * 1024;
/** Dollars of a conversation's budget. A higher number is a typing error. */
export const budgetUsd = 1_000_000;
/**
 * Tokens of the part of a conversation that Claude reads, so that a reply stays affordable. A model
 * with a small context reads less.
 */
export const prompt = 100_000;
/**
 * Tokens around a message in the prompt, besides names and ids. Short messages consist mostly of
 * them.
 */
export const envelope = 20;
/**
 * A reply. A server without a limit of its own would go on for ever, and a row of storage holds two
 * million bytes.
 */
export const reply = 500_000;
/**
 * Private questions to Claude. A person keeps the newest ones of a conversation. So many may run in it at once, one for each person:
 * each holds a request to Claude. `chain`: the earlier ones that a question may follow up.
 */
export const asides = { kept: 50, running: 8, chain: 5 };
/** The id of a model, or a stop reason, as the model's server names it. */
export const modelName = 128;
/** A UUID with a prefix fits. It is stored with the message for ever. */
export const clientId = 64;
/** A cursor consists of three short numbers. Anything longer is not ours. */
export const cursor = 128;
/**
 * Bytes of a token, checked before its signature. Entra's tokens have up to 11 kB, with 200 groups,
 * and servers accept headers of this length.
 */
export const tokenBytes = 16 * 1024;
/** How long an access token of ours is valid. Short, because clients renew it with the session. */
export const accessTokenSeconds = 15 * 60;
/** How long a session lasts after it last renewed a token: guests who return within a month stay signed in. */
export const sessionSeconds = 30 * 24 * 3600;
/** Sessions of one person. One more ends the one that was used least recently, and closes its connections. */
export const sessions = 100;
/** How long somebody may take to sign in at a provider. */
export const signInSeconds = 10 * 60;
/** Sign-ins that one browser may have begun at once, in as many tabs. One more ends the others. */
export const signInsAtOnce = 8;
/** A path to return to after a sign-in. */
export const returnTo = 1_000;
/** Bytes of a provider's ID token that is kept for signing out there. Browsers refuse cookies of more than 4,096. */
export const idTokenBytes = 3_500;
/** Conversations that a token may grant. An issuer that grants more uses `["*"]`, or creates members. */
export const grants = 1_000;
/**
 * Bytes of most JSON bodies of the HTTP API: nothing in them is longer than a title. A message may
 * be as long as a frame.
 */
export const bodyBytes = 16 * 1024;
/** Messages of one page of history. */
export const page = { min: 1, default: 50, max: 200 };
/**
 * Text of one page, or of the changes for a returning client. A phone can take such a frame; RPC
 * could carry four times as much.
 */
export const pageLength = 4_000_000;
/** Changes that are sent to a returning client. Beyond that, the newest page is less work for everybody. */
export const changes = 500;
/** Malformed frames of one person in a minute. At this number, the person is disconnected for flooding. */
export const badFramesPerMinute = 50;
/** Frames of one person that were refused unread in a minute. At this number, the person is disconnected for flooding. */
export const refusedFramesPerMinute = 1_000;
/** How often a person's tabs may become visible or hidden in a minute. Nobody switches tabs faster. */
export const looksPerMinute = 300;
/** The time for which a person cannot connect after flooding. */
export const floodBlock = 60_000;
/**
 * Work that one person may give a conversation by calls, joins and searches. A count is about a third of
 * a millisecond of the object's only thread, so that nobody takes more than a thirtieth of it for long. The
 * burst is enough to read 10,000 usual messages, or for eight tabs that reconnect. An export leaves
 * `reserve`, so that its person can go on reading meanwhile.
 */
export const work = { burst: 400, perSecond: 100, reserve: 200, rowsPerCount: 50, lengthPerCount: 16 * 1024 };
/**
 * The guests of one network together, in one conversation: so many people's worth of work, frames and sends, and so many running private answers. A guest's
 * id costs nothing. A class of thirty that joins at once needs 750 counts of work, and may then send 100 messages at
 * once. Their sends count once more for each `lengthPerSend` UTF-16 units, because long ones take longest to index.
 */
export const guestsOfNetwork = { work: 4, frames: 4, sends: 10, asides: 2, lengthPerSend: 50_000 };
/** Our own clients wait and try again if the wait that a refusal names is at most this long, in ms. */
export const patience = 15_000;
/** Sockets of one person in a conversation, for tabs and devices. One more closes the oldest. */
export const socketsPerPerson = 8;
/** Conversations of one Socket.IO connection. Each needs a native socket behind it. */
export const conversationsPerSocket = 50;
/**
 * Time to connect in a Socket.IO session. Clients send the token in the next request; until then
 * the session has no owner.
 */
export const connectTimeout = 10_000;
/**
 * Sockets of one person, including closed ones that have not disconnected. A client that ignores
 * being closed could collect any number.
 */
export const undisconnectedSockets = 32;
/**
 * Bytes queued for one socket. Beyond that it is closed as too slow, and the client reconnects with
 * its cursor.
 */
export const queuedBytes = 8 * 1024 * 1024;
/** UTF-16 units after which a client acknowledges what it has read (`chat:ack`). */
export const ackEvery = 1024 * 1024;
/** Members named in one message. */
export const mentions = 100;
/** An emoji. The longest family with all its skin tones is shorter. */
export const emoji = 40;
/** Different reactions to one message. More would be a second conversation. */
export const reactionKinds = 20;
/** All reactions to one message. They are sent with it. */
export const reactions = 1_000;
/** Claude's thinking about one reply. It is sent with the message, and nobody reads a longer summary. */
export const thinking = 20_000;
/**
 * What Claude may look up for one reply: tools, sources and cited passages. They are sent with the
 * message, and nobody follows more.
 */
export const tools = 50;
export const sources = 50;
export const citations = 300;
/** Searches, and pages that are read, for one reply; and how often a turn goes on that Claude's server has paused. */
export const searches = 5;
export const fetches = 5;
export const rounds = 3;
/**
 * Tools of other servers that Parley calls for one reply: how many calls, and how often Claude goes on after them. Arguments are shown
 * to people in full, so longer ones are refused; what a tool answers is cut (UTF-16 units), and people see its beginning.
 */
export const mcpServers = 20;
export const toolCalls = 20;
export const callRounds = 8;
export const toolArguments = 8_000;
export const toolResult = 50_000;
export const shownResult = 2_000;
/** What a search of Claude's in its own conversation finds, and how much of a message it shows (UTF-16 units). */
export const recalled = { messages: 10, length: 500 };
/** A call waits so long for somebody's decision, in ms. */
export const approval = 3600_000;
/** The words of a search or the address of a page, as people see them. */
export const toolInput = 300;
/** The address and the name of a source. Browsers take addresses of this length. */
export const sourceUrl = 2_000;
export const sourceTitle = 200;
/**
 * What Claude's API has to get back to go on after it paused, with the pages it read. A row of
 * storage holds two million bytes, three for each unit at most.
 */
export const turn = 600_000;
/** People named as having asked for one reply. */
export const askers = 20;
/** Former versions of one reply: the original and the newest. The ones between are deleted. */
export const versions = 20;
/**
 * Reactions of one person in a conversation. Everybody receives each of them, and nobody reads
 * faster.
 */
export const reactionRate = { burst: 30, perSecond: 2 };
/** How often one reply is continued after it reached the length limit. `reply` bounds its length, too. */
export const continuations = 10;
/** Pinned messages of one conversation. Their list is always sent whole. */
export const pins = 50;
/** The beginning of a message in a quote and in a list. */
export const excerpt = 200;
/** Unread messages that are counted. "99+" says as much as any higher number. */
export const unread = 100;
/** People who are connected to one conversation up to which everybody is told who they are; above that, only how many. */
export const participants = 200;
/** In ms: how many they are is told no more often than this. */
export const presenceInterval = 1_000;
/** Members of a conversation up to which everybody receives how far each has read. */
export const readers = 100;
/** Sockets on one person's list. A tab has one, whichever conversation it shows. */
export const listSockets = 16;
/** Conversations of one page of a person's list. */
export const listPage = { min: 1, default: 50, max: 100 };
/** A person's settings: how many, how long a name, and how long a text. */
export const settings = 50;
export const settingName = 32;
export const setting = 200;
/**
 * `phrases`: the words and phrases of a query that count; further ones are ignored. `length`: the
 * text of one page of results. `words`: the first words of a message that can be found; nobody
 * types as many. The work of a search is bounded by `completions`, the words that a beginning of a
 * word stands for, `matches`, the messages that are looked at for one author, and `places`, the
 * newest messages that are compared for several words. `everywhere`: how many conversations a
 * search of all covers, and how many at once, how long it waits, and how many people it finds.
 */
export const search = {
	query: 200,
	phrases: 10,
	page: { min: 1, default: 20, max: 50 },
	length: 200_000,
	words: 10_000,
	completions: 64,
	matches: 5_000,
	places: 200_000,
	everywhere: { conversations: 100, atOnce: 20, deadline: 5_000, people: 20 },
};
/** A part of an export. Even in its longest escaping it fits into one RPC response. */
export const exportPiece = { messages: 1_000, length: 1_000_000 };
/** Bytes of one part of an import. The longest lines fit, and many of usual length. */
export const importBytes = 8 * 1024 * 1024;
/** Bytes of one line of an import. The platform stores rows of up to 2 MB, and a line becomes one row. */
export const importLine = 1_900_000;
/** An import that is not continued for so long is dropped. */
export const importTimeout = 24 * 3600_000;
/**
 * `messages`: what one request can copy. `people`: those who are notified by one call. `timeout`: a fork that is not continued for
 * so long is dropped.
 */
export const fork = { messages: 100_000, people: 300, timeout: 10 * 60_000 };
/**
 * Rows that one person may store in a day by forks and new conversations, which store many at once. A person may copy two of the
 * longest forks. A guest's id costs nothing, so guests may do less, and those of one network together ten guests' worth; of one site
 * eighty. `conversation`: what a new one stores, with its list entry and audit. Long records count once more for each `lengthPerRow`
 * UTF-16 units.
 */
export const written = {
	perPerson: 200_000,
	perGuest: 20_000,
	networkOfGuests: 10,
	siteOfGuests: 80,
	conversation: 20,
	lengthPerRow: 4_096,
};
/** The shortest time between two typing events of one person. */
export const typingInterval = 2_000;
/**
 * Invites expire, because people forget to revoke links. The highest number of uses catches typing
 * errors.
 */
export const invite = { seconds: { min: 60, default: 7 * 24 * 3600, max: 365 * 24 * 3600 }, uses: { min: 1, max: 10_000 } };
/** The token of an invite: a conversation's id and a secret. */
export const inviteToken = id + 64;
/** Live invites of one conversation. */
export const invites = 100;
/**
 * Audit events of one act: in all, and about one person. Ids of people cost nothing, so that an owner could otherwise add any
 * number of them.
 */
export const auditEvents = 1_000;
export const auditRepeats = 100;
/** Notices in one response: the newest. Nobody reads more between the messages of a page. */
export const notices = 1_000;
/** Banned people of one conversation. The list is always sent whole. */
export const bans = 1_000;
/**
 * Personal tokens expire, because a forgotten program should not keep its access for ever.
 * `conversations`: those that one token can be limited to.
 */
export const token = { seconds: { min: 60, default: 90 * 24 * 3600, max: 365 * 24 * 3600 }, conversations: 100 };
/** Personal tokens of one person. */
export const tokens = 20;
/** Members of one conversation. What a message, a connection or a page reads does not grow with them; a deletion stores one job for each. */
export const members = 100_000;
/** Members of a conversation up to which everybody is told who they are; above that, how many, and those who matter for what is shown. */
export const namedMembers = 200;
/** In ms: how many they are is told no more often than this. */
export const memberInterval = 1_000;
/**
 * One page of the members. `lookedAt`: the names that are compared for it. `alike`: with more members of one name, an `@` and the name means
 * nobody. `written`: the beginnings of names that are looked up for the `@`s of one text.
 */
export const memberPage = { min: 1, default: namedMembers, max: namedMembers, lookedAt: 2_000, alike: 20, written: 5_000, cursor: 1_000 };
/**
 * Calls to other objects in one invocation. The platform permits a few more; the rest waits for the
 * alarm.
 */
export const calls = 400;
